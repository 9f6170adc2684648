# docs.awk: takes the fenced blocks out of a Markdown file. For the block that
# begins in line N the lines of the comments above it go to OUT/N.do, its text
# to OUT/N.text, its kind (console, ...) to OUT/N.kind, the words before it (back to the last block) to OUT/N.above,
# and "N" to standard output. What is not as the documents promise ends it:
# a block without a comment, a comment without a block, code that is indented
# in place of fenced. The comment of line 1 says on what host a document is
# read; it goes to OUT/host.

function complain(what)
{
	printf "%s:%d: %s\n", FILENAME, NR, what >"/dev/stderr"
	failed = 1
}

function comment(text)
{
	gsub(/^<!-- *| *-->$/, "", text)
	gsub(/; /, "\n", text)
	if (NR == 1)
		print text >(OUT "/host")
	else
		pending = pending text "\n"
}

in_block && /^```$/ { in_block = 0; close(text); next }
in_block { print >text; next }
/^```/ {
	if (pending == "")
		complain("a block without a comment that says how it is run")
	text = OUT "/" NR ".text"
	printf "" >text
	kind = substr($0, 4)
	print kind >(OUT "/" NR ".kind")
	printf "%s", pending >(OUT "/" NR ".do")
	printf "%s", above >(OUT "/" NR ".above")
	print NR
	pending = above = ""
	in_block = 1
	next
}
/^<!-- .* -->$/ { comment($0); next }
/^<!--/ { complain("a comment is one line") }
/^$/ { next }
pending != "" { complain("the comment before this stands above no block") }
/^(    |\t)/ && !/^ *([-*]|[0-9]+\.) / { complain("indented: fence code") }
{ above = above $0 "\n"; pending = "" }
END {
	if (in_block || pending != "")
		complain("ends within a block, or with a comment")
	exit failed
}
