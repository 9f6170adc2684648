# Turns faults.list into C, and into arguments for the linker.
#   what=table: struct fault_function rows, for all; FAULT_ numbers are theirs
#   what=m, what=v: the wrappers of one program
#   what=m-wrap, what=v-wrap: --wrap=NAME...

# "const char *path" -> "path"; a pointer to a function has its name inside
function name_of(parameter)
{
	if (match(parameter, /\(\*[a-z_]+\)/))
		return substr(parameter, RSTART + 2, RLENGTH - 3)
	sub(/.*[ *]/, "", parameter)
	return parameter
}

# The parameters of `text` into list[]; commas within () are no ends.
function split_parameters(text, list,    n, depth, i, c)
{
	n = text == "void" ? 0 : 1
	for (i = 1; i <= n; i++)
		list[i] = ""
	depth = 0
	for (i = 1; i <= length(text) && n > 0; i++) {
		c = substr(text, i, 1)
		depth += (c == "(") - (c == ")")
		if (c == "," && depth == 0) {
			list[++n] = ""
			i++
		} else
			list[n] = list[n] c
	}
	return n
}

function print_ways(ways, call, type,    list, word, n, w, i, at)
{
	n = split(ways, list, /; */)
	for (i = 1; i <= n; i++) {
		w = split(list[i], word, " ")
		print "\tcase " i ":"
		at = 1
		if (word[1] == "done") {
			print "\t\t(void)" call ";"
			at = 2
		}
		if (at < w && word[w] != "away")
			print "\t\terrno = fault_errno = " word[w] ";"
		print "\t\treturn " word[at] ";"
	}
}

/^#/ || /^$/ { next }

{
	who = $1
	prototype = substr($0, length(who) + 2)
	note = ""
	if (match(prototype, / \| /)) {
		note = substr(prototype, RSTART + 3)
		prototype = substr(prototype, 1, RSTART - 1)
	}
	match(prototype, /\): /)
	ways = substr(prototype, RSTART + 3)
	prototype = substr(prototype, 1, RSTART - 1)
	match(prototype, /[A-Za-z_0-9]+\(/)
	name = substr(prototype, RSTART, RLENGTH - 1)
	type = substr(prototype, 1, RSTART - 1)
	parameters = substr(prototype, RSTART + RLENGTH)
	sub(/ $/, "", type)
}

what == "table" {
	print "{\"" name "\", \"" ways "\", " split(ways, unused, ";") "},"
}

what == who "-wrap" || (what ~ /-wrap$/ && who == "mv") {
	print "--wrap=" name
}

{ number = lines++ }

what != who && !(who == "mv" && (what == "m" || what == "v")) { next }

{
	extra = ""
	if (match(parameters, /, \.\.\. /)) {
		extra = substr(parameters, RSTART + 6)
		parameters = substr(parameters, 1, RSTART - 1)
	}
	head = type (type ~ /\*$/ ? "" : " ")
	open = "(" parameters (extra == "" ? ")" : ", ...)")
	print "\n" head "__real_" name open ";\n" head "__wrap_" name open ";\n"
	print type "\n__wrap_" name open "\n{"
	arguments = ""
	n = split_parameters(parameters, list)
	for (i = 1; i <= n; i++)
		arguments = arguments (i > 1 ? ", " : "") name_of(list[i])
	if (extra != "") {
		last = name_of(list[n])
		n = split_parameters(extra, list)
		print "\tva_list more;"
		for (i = 1; i <= n; i++)
			print "\t" list[i] ";"
		print "\n\tva_start(more, " last ");"
		for (i = 1; i <= n; i++) {
			one = name_of(list[i])
			kind = substr(list[i], 1, length(list[i]) - length(one))
			print "\t" one " = va_arg(more, " kind ");"
			arguments = arguments ", " one
		}
		print "\tva_end(more);"
	}
	call = "__real_" name "(" arguments ")"
	print "\tswitch (fault_now(" number ")) {"
	print_ways(ways, call, type)
	print "\tdefault:\n\t\tbreak;\n\t}"
	if (note == "")
		print "\treturn " call ";\n}"
	else
		print "\t{\n\t\t" head "result = " call ";\n\n\t\t" note \
		    "\n\t\treturn result;\n\t}\n}"
}
