# Assembles the parts of the SQL: "awk -f assemble.awk order" gives the script of CREATE EXTENSION, all statements of all
# parts in the order of the list. With "-v update=DIRECTORY/0.1.0--0.2.0" it gives the script of that update: before.sql
# of that directory, then of each part the statements that may be run again (CREATE OR REPLACE, COMMENT ON), or all of it
# if the list says that the part is newer than the release that the update starts from, then after.sql.
#
# A line "\ir FILE" in a part takes in a file that stands beside it.
#
# In an update, GRANT and REVOKE touch only objects that never had rights of their own, which are the new ones. Whatever
# they touch is recorded with all its rights as they then are (pg_init_privs). A dump leaves these out, so it would lose
# what an administrator has granted on that object.

function fail(problem)
{
	print "assemble.awk: " problem >"/dev/stderr"
	failed = 1
	exit 1
}

# "1.10.0" after "1.9.2"
function is_newer(version, than,    v, t, n, i)
{
	n = split(version, v, ".")
	split(than, t, ".")
	for (i = 1; i <= n; i++)
		if (v[i] + 0 != t[i] + 0)
			return v[i] + 0 > t[i] + 0
	return 0
}

# Which dollar quotes are open at the end of a line.
function follow_quotes(line,    tag)
{
	while (match(line, /\$[A-Za-z_]*\$/))
	{
		tag = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (quotes == "")
			quotes = tag
		else if (quotes == tag)
			quotes = ""
	}
}

# A file, with those that it takes in.
function contents(file,    status, line, text)
{
	while ((status = (getline line <file)) > 0)
		text = text (text == "" ? "" : "\n") (line ~ /^\\ir / ? contents(beside(file, line)) : line)
	if (status < 0)
		fail(file " cannot be read")
	close(file)
	return text
}

# "\ir NAME" in a file
function beside(file, line)
{
	sub(/[^\/]*$/, "", file)
	return file substr(line, 5)
}

# What is taken in between dollar quotes must not end them.
function taken_in(file,    text)
{
	text = contents(file)
	if (quotes != "" && text ~ /\$[A-Za-z_]*\$/)
		fail(file " has dollar quotes, and it is taken in between some")
	return text
}

# GRANT and REVOKE of a new object, for the end of an update.
function note_rights(statement,    words, objects, n, i, what, kind)
{
	if (statement ~ / ON SCHEMA /)
		return
	gsub(/[ \n]+/, " ", statement)
	sub(/; *$/, "", statement)
	kind = statement ~ / ON (FUNCTION|PROCEDURE) / ? "regprocedure" : "regclass"
	what = statement
	sub(/^.* ON (FUNCTION |PROCEDURE )?/, "", what)
	sub(/ (TO|FROM) PUBLIC$/, "", what)
	n = kind == "regclass" ? split(what, objects, /, */) : 1
	if (kind == "regprocedure")
		objects[1] = what
	for (i = 1; i <= n; i++)
	{
		words = statement
		if (n > 1)
			words = substr(statement, 1, index(statement, what) - 1) objects[i] substr(statement, index(statement, what) + length(what))
		rights[kind] = rights[kind] sprintf("%s\n        ('%s'::%s, '%s')", rights[kind] == "" ? "" : ",", objects[i], kind, words)
	}
}

function put(statement, whole,    code)
{
	sub(/\n$/, "", statement)
	code = statement
	gsub(/(^|\n)--[^\n]*/, "", code)
	sub(/^\n+/, "", code)
	if (from == "")
		print statement
	else if (code ~ /^(GRANT|REVOKE) /)
		note_rights(code)
	else if (whole || code ~ /^(CREATE OR REPLACE|COMMENT ON) /)
		print statement
}

function put_part(part, whole,    file, status, line, statement, begun)
{
	file = home part
	quotes = ""
	while ((status = (getline line <file)) > 0)
	{
		if (line ~ /^\\ir /)
			line = taken_in(beside(file, line))
		statement = statement line "\n"
		begun = begun || line !~ /^(--.*)?$/
		follow_quotes(line)
		if (begun && quotes == "" && line ~ /;$/)
		{
			put(statement, whole)
			statement = ""
			begun = 0
		}
	}
	if (status < 0)
		fail(file " cannot be read")
	if (begun)
		fail(file " ends within a statement")
	close(file)
	print ""
}

function put_rights(kind, catalogue, acl)
{
	if (rights[kind] == "")
		return
	print "DO $$\nDECLARE\n    r record;\nBEGIN\n    FOR r IN SELECT v.statement FROM (VALUES" rights[kind] ") v (object, statement)"
	print "             JOIN pg_catalog." catalogue " c ON c.oid = v.object WHERE c." acl " IS NULL"
	print "    LOOP\n        EXECUTE r.statement;\n    END LOOP;\nEND\n$$;\n"
}

BEGIN {
	home = ARGV[1]
	sub(/[^\/]*$/, "", home)
	from = update
	sub(/^.*\//, "", from)
	sub(/--.*$/, "", from)
	print "\\echo Use \"" (update == "" ? "CREATE EXTENSION regcar" : "ALTER EXTENSION regcar UPDATE") "\" to load this file. \\quit\n"
	if (update != "")
		print contents(update "/before.sql")
}

/^[^#]/ {
	put_part($1, from != "" && NF > 1 && is_newer($2, from))
}

END {
	if (failed)
		exit 1
	put_rights("regprocedure", "pg_proc", "proacl")
	put_rights("regclass", "pg_class", "relacl")
	if (update != "")
		print contents(update "/after.sql")
}
