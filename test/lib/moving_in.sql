-- The statements of extension/doc/moving-in.md, block by block, and what they are for: typed(n) returns about n marks as people
-- type them, one in ten in another way and one in fifty wrong. To be included with \ir, after fleet.sql, in the top directory.
\setenv REGCAR_BLOCKS `mktemp -d`
\! awk '/^```$/ { out = "" } out { print > out } /^```sql/ { out = ENVIRON["REGCAR_BLOCKS"] "/" ++n }' extension/doc/moving-in.md
\set count `ls "$REGCAR_BLOCKS" | wc -l`
\set blocks `echo "$REGCAR_BLOCKS"`
\set list :blocks/1
\set review :blocks/2
\set move :blocks/3
\set fill :blocks/4
\set swap :blocks/5

CREATE FUNCTION typed(total bigint, OUT id bigint, OUT mark text) RETURNS SETOF record
    LANGUAGE sql STABLE
AS $$
    SELECT n,
           CASE n % 100
               WHEN 1 THEN lower(m::text) WHEN 2 THEN plate_compact(m) WHEN 3 THEN ' ' || replace(m::text, ' ', '   ')
               WHEN 17 THEN translate(m::text, '01', 'OI') WHEN 42 THEN replace(m::text, ' ', '-')
               WHEN 50 THEN (ARRAY['', '-', 'TBC', 'AB75', 'AB75 IQC', 'MAN 1', '10O0O', 'AB75CD', '45921', 'АВ75 СDE', repeat('AB75 CDE ', 20)])[n / 100 % 11 + 1]
               WHEN 60 THEN NULL
               ELSE m::text
           END
    FROM (SELECT m, row_number() OVER () AS n FROM fleet(total) m) f
$$;
