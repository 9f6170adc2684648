# What the tests share that show what people see: the answers that people type,
# and what is taken out of a transcript before it is compared. Sourced after
# lib.sh. Wants $work, $top and, once a service runs, $control.
# shellcheck shell=sh disable=SC2034,SC2154 # set and used by those who source

# The one place where what differs from run to run, and from host to host, is
# taken out; priorities are put in words.
mask()
{
	sed -E -e 's/\r//g; s/\[([^]]+)\]\1$/[\1]/' \
	    -e 's/^<81>/alert: /; s/^<83>/error: /; s/^<84>/warning: /' \
	    -e 's/^<85>/notice: /; s/^<86>/info: /' \
	    -e 's/: [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} /: /' \
	    -e 's/^([a-z]+: [^ []+)\[[0-9]+\]: /\1: /' \
	    -e 's/\[(０|１|２|３|４|５|６|７|８|９)+\]/[<wide code>]/' \
	    -e 's/\[000000\]/[<wrong>]/; s/\[[0-9]{4,8}\]/[<code>]/' \
	    -e 's/([0-9a-f]{4}-){5}[0-9a-f]{4}/<code>/g; s/<wrong>/000000/' \
	    -e 's/(Ref|参考编号): [0-9a-f]+/\1: <ref>/g; s/ ref=[^ ]+/ ref=<ref>/' \
	    -e 's/ request_id=[^ ]+/ request_id=<id>/; s/ ms=[0-9]+/ ms=<ms>/' \
	    -e 's/port [0-9]+/port <port>/g; s,/dev/pts/[0-9]+,/dev/pts/<n>,g'
}

# answer_word WORD: sets $prompt, what is waited for, and $answer, what is
# typed then. The emulator is asked for a code when the prompt is there.
# $flow_language is that of the prompts (en), $flow_now who shows them.
answer_word()
{
	code_prompt='ode*: ' enter_prompt='nter*: '
	[ "${flow_language-en}" = en ] ||
	    code_prompt='码*: ' enter_prompt='回车键*: '
	prompt=$code_prompt
	[ "${flow_now-}" != ssh-ascii-zh ] || prompt='8888*: '
	case $1 in
	password) prompt='assword*: ' answer=unix-password ;;
	code) answer="!$ask -X POST '$control/advance?seconds=30' >/dev/null
	    $ask '$control/totp?user=alice'" ;;
	wide) # as typed by an input method for Chinese
		answer_word code
		answer="$answer | sed 'y/0123456789/０１２３４５６７８９/'" ;;
	none) answer= ;;
	wrong) answer=000000 ;;
	s | e | p) answer=$1 ;;
	sms) answer="!$ask '$control/outbox?to=18800008888'" ;;
	email) answer="!$ask '$control/outbox?to=alice@example.com'" ;;
	recovery) answer=$(recovery_code alice) ;;
	enter) prompt=$enter_prompt answer= ;;
	shell) prompt='$ ' answer='id -un; exit' ;;
	*) echo "no such answer: $1" >&2; exit 1 ;;
	esac
}
ask="curl -sS --fail --noproxy '*'"

# phone CONFIRM | CANCEL: wait for a push and answer it.
phone()
{
	push=
	while [ -z "$push" ]; do
		sleep 0.1
		push=$(door GET /push |
		    sed -n 's/.*"id":[^"]*"\([^"]*\)".*/\1/p' | head -n 1)
	done
	door POST "/push?id=$push&action=$1" >/dev/null
}
