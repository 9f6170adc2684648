# table.awk -v where=REGEX zh_CN.po: the messages of the sources whose paths
# match, as rows for an array of struct message. What is not translated, or
# only guessed at (fuzzy), is left out: it is said in English then. Strings are
# written in a .po file as in C, so they are copied as they stand.
function fail(why) {
	printf "%s:%d: %s\n", FILENAME, FNR, why >"/dev/stderr"
	failed = 1
	exit 1
}

function end_of_entry() {
	if (text["msgid"] != "" && text["msgstr"] != "" && !fuzzy &&
	    sources ~ where)
		printf "    {%s,\n\t%s},\n", text["msgid"], text["msgstr"]
	text["msgid"] = text["msgstr"] = sources = part = ""
	fuzzy = 0
}

/^$/ {end_of_entry(); next}
/^#:/ {sources = sources " " $0; next}
/^#,/ {fuzzy = fuzzy || /fuzzy/; next}
/^#/ {next}
/^msg(id|str) "/ {part = $1; sub(/^[a-z]+ /, "")}
part == "" || !/^"([^"\\]|\\[nt"\\])*"$/ {fail("not understood")}
$0 != "\"\"" {text[part] = text[part] (text[part] == "" ? "" : "\n\t") $0}
END {if (!failed) end_of_entry()}
