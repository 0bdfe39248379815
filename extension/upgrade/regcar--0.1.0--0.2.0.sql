\echo Use "ALTER EXTENSION regcar UPDATE TO '0.2.0'" to load this file. \quit
