# genauth-mfa: see, unbind and reset people's factors.
sbin_PROGRAMS = genauth-mfa
genauth_mfa_SOURCES = \
	src/mfa/audit.c src/mfa/audit.h \
	src/mfa/bar.c src/mfa/bar.h \
	src/mfa/child.c src/mfa/child.h \
	src/mfa/command_line.c src/mfa/command_line.h \
	src/mfa/completion.c \
	src/mfa/conf_edit.c src/mfa/conf_edit.h \
	src/mfa/config_check.c \
	src/mfa/config_line.c src/mfa/config_line.h \
	src/mfa/config_show.c \
	src/mfa/crew.c src/mfa/crew.h \
	src/mfa/draft.c src/mfa/draft.h \
	src/mfa/draft_open.c \
	src/mfa/draft_write.c \
	src/mfa/doctor.c src/mfa/doctor.h \
	src/mfa/doctor_config.c \
	src/mfa/doctor_judge.c \
	src/mfa/doctor_module.c \
	src/mfa/doctor_pam.c \
	src/mfa/doctor_service.c \
	src/mfa/doctor_sshd.c \
	src/mfa/doctor_sudo.c \
	src/mfa/environment.c src/mfa/environment.h \
	src/mfa/explain.c src/mfa/explain.h src/mfa/explain_print.c \
	src/mfa/explain_service.c src/mfa/explain_why.c \
	src/mfa/factors.c \
	src/mfa/finding.c src/mfa/finding.h \
	src/mfa/gate.c src/mfa/gate.h \
	src/mfa/help.c \
	src/mfa/host_record.c src/mfa/host_record.h \
	src/mfa/journal.c src/mfa/journal.h \
	src/mfa/journal_text.c src/mfa/journal_text.h \
	src/mfa/kick.c \
	src/mfa/main.c \
	src/mfa/mask.c src/mfa/mask.h \
	src/mfa/mfa.c src/mfa/mfa.h \
	src/mfa/output.c src/mfa/output.h \
	src/mfa/pam_file.c src/mfa/pam_file.h \
	src/mfa/pam_judge.c src/mfa/pam_judge.h \
	src/mfa/pam_module.c src/mfa/pam_module.h \
	src/mfa/pam_handlers.c src/mfa/pam_stack_private.h \
	src/mfa/pam_stack.c src/mfa/pam_stack.h \
	src/mfa/pam_walk.c src/mfa/pam_walk.h \
	src/mfa/people.c src/mfa/people.h \
	src/mfa/person.c src/mfa/person.h \
	src/mfa/ping.c src/mfa/ping.h \
	src/mfa/plan.c src/mfa/plan.h \
	src/mfa/progress.c src/mfa/progress.h \
	src/mfa/qr.c src/mfa/qr.h \
	src/mfa/reset.c \
	src/mfa/reset_many.c src/mfa/reset_many.h \
	src/mfa/reset_person.c src/mfa/reset_person.h \
	src/mfa/reset_report.c src/mfa/reset_report.h \
	src/mfa/self_ask.c \
	src/mfa/self_contact.c src/mfa/self_contact.h \
	src/mfa/self_enroll.c \
	src/mfa/self_factors.c \
	src/mfa/self_screen.c src/mfa/self_screen.h \
	src/mfa/self_session.c src/mfa/self_session.h \
	src/mfa/self_unbind.c \
	src/mfa/setup.c src/mfa/setup.h \
	src/mfa/setup_answers.c \
	src/mfa/setup_ask.c \
	src/mfa/setup_show.c \
	src/mfa/setup_steps.c \
	src/mfa/setup_try.c \
	src/mfa/sshd_config.c src/mfa/sshd_config.h \
	src/mfa/status.c \
	src/mfa/system_root.c src/mfa/system_root.h \
	src/mfa/table.c \
	src/mfa/terminal.c src/mfa/terminal.h \
	src/mfa/trusted_dir.c src/mfa/trusted_dir.h \
	src/mfa/unlock.c \
	src/mfa/unbind.c \
	src/mfa/unbind_person.c src/mfa/unbind_person.h \
	src/mfa/verify.c
nodist_genauth_mfa_SOURCES = messages_mfa.inc
genauth_mfa_CFLAGS = $(AM_CFLAGS) $(SMARTCOLS_CFLAGS) $(QRENCODE_CFLAGS)
genauth_mfa_LDADD = libgenauth.la $(SMARTCOLS_LIBS) $(QRENCODE_LIBS) -lpthread

dist_man_MANS += man/genauth-mfa.8
