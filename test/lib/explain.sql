-- pg_temp.explain(): how a query reads its last or only table, and how many rows it expects to give. A file says \ir ../lib/explain.sql.
CREATE FUNCTION pg_temp.explain(query text, OUT scan text, OUT conds text, OUT filter text, OUT rows float8) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    node json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    node := plan #> '{0,Plan}';
    rows := node ->> 'Plan Rows';
    WHILE node -> 'Plans' IS NOT NULL LOOP
        EXIT WHEN node #>> '{Plans,0,Parent Relationship}' = 'InitPlan';
        node := (node -> 'Plans') -> (json_array_length(node -> 'Plans') - 1);
    END LOOP;
    scan := node ->> 'Node Type';
    conds := node ->> 'Index Cond';
    filter := node ->> 'Filter';
END $$;
