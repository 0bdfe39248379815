-- Marks as somebody misreads or mistypes them: misread(mark, mistake, …) makes these mistakes one after the other, each somewhere
-- that random() says. To be included with \ir; setseed() makes it repeatable.
--   confused   a character of which somebody published that it is taken for another (extension/doc/marks.md)
--   exchanged  two different neighbours
--   doubled, missing, extra, wrong   any character twice, left out, put in, or in place of another

CREATE FUNCTION misread(mark plate, VARIADIC mistakes text[]) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    confusions CONSTANT text[] := '{O0,I1,B8,S5,Z2,G6,DO,D0,QO,Q0,J3,A4,VY,CG,T7,L1,LI}';
    characters CONSTANT text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    correct text := plate_compact(mark);
    mistake text;
    at int;
    here text;
    other text;
    now text := correct;
    next text;
BEGIN
    FOREACH mistake IN ARRAY mistakes LOOP
        FOR try IN 1 .. 1000 LOOP
            at := 1 + floor(random() * length(now));
            here := substr(now, at, 1);
            other := substr(characters, 1 + floor(random() * 36)::int, 1);
            next := CASE mistake
                WHEN 'confused' THEN overlay(now PLACING (SELECT translate(p, here, '') FROM unnest(confusions) p WHERE strpos(p, here) > 0
                                                          ORDER BY random() LIMIT 1) FROM at FOR 1)
                WHEN 'exchanged' THEN left(now, at - 1) || reverse(substr(now, at, 2)) || substr(now, at + 2)
                WHEN 'doubled' THEN overlay(now PLACING here || here FROM at FOR 1)
                WHEN 'missing' THEN overlay(now PLACING '' FROM at FOR 1)
                WHEN 'extra' THEN overlay(now PLACING other || here FROM at FOR 1)
                WHEN 'wrong' THEN overlay(now PLACING other FROM at FOR 1)
                END;
            -- not where there is nothing to confuse, and not back again
            EXIT WHEN next NOT IN (now, correct);
        END LOOP;
        -- a mark such as K 2 may have nothing that can be mistaken like that
        IF next IS NULL OR next IN (now, correct) THEN
            RETURN NULL;
        END IF;
        now := next;
    END LOOP;
    RETURN now;
END
$$;
