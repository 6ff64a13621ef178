import fc from "fast-check";
import {beforeAll, describe, expect, test} from "vitest";
import {lex} from "../../../../src/runtime/kinds/sql/lexer.ts";
import type {PgQuery} from "../../../../src/runtime/kinds/sql/pg-query.ts";
import {loadPgQuery} from "../../../../src/runtime/kinds/sql/pg-query.ts";
import {cutByTokens, split} from "../../../../src/runtime/kinds/sql/split.ts";

let pgQuery: PgQuery;
beforeAll(async () => {
  pgQuery = await loadPgQuery();
});
const byParser = (text: string): readonly string[] => split(text, pgQuery).map(({start, end}) => text.slice(start, end));
const byTokens = (text: string): readonly string[] => cutByTokens(text, lex(text).tokens).map(({start, end}) => text.slice(start, end));

const statements = [
  "select 1",
  "select 'a;b', \"c;d\", $$e;f$$, $x$g;$$;h$x$",
  "select E'it\\'s; here', 'it''s; there'",
  "select 'a'\n  ';b'",
  "select E'a'\n  '\\';b'",
  "select U&'d\\0061t;' , U&\"d;\", b'01', x'1f', n'é;😀'",
  "select 1 /* ; /* ; */ ; */ + 2 -- ;\n + 3",
  "select a[1:2], b::int, c #>> '{a;b}', d @> e, $1, 1.5e3, .5, 1_000, 0x1F",
  "create function f() returns int language sql begin atomic select case when true then 1 else 2 end; select 2; end",
  "create function g() returns int language plpgsql as $$ begin return 1; end; $$",
  "create rule r as on insert to t do also (insert into u values (1); insert into v values (2))",
  "do $do$ begin perform 1; end; $do$",
  "begin",
  "insert into \"É;\" values ('🐘;')"
];

describe("a text is cut", () => {
  test("the same by the parser and by its tokens", () => {
    const whole = statements.join(";\n -- between ; \n");
    expect(byParser(whole)).toEqual(statements);
    expect(byTokens(whole)).toEqual(statements);
  });
  test("the same in any order and with any separators", () => {
    const separator = fc.constantFrom(";", ";\n", " ; ", ";;", "; -- é ;\n", "; /* ; */ ");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...statements), separator), {maxLength: 12}), (parts) => {
        const text = parts.flat().join("");
        const wanted = parts.map(([statement]) => statement);
        expect(byParser(text)).toEqual(wanted);
        expect(byTokens(text)).toEqual(wanted);
      }),
      {numRuns: 150}
    );
  });
  test("also where one of its statements is not known", () => {
    expect(byParser("select 'é';\nfrobnicate (a; b);\nselect $$;$$")).toEqual(["select 'é'", "frobnicate (a; b)", "select $$;$$"]);
  });
  test("into tokens that cover it, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("'", '"', "$", "a", "$$", "E'", "\\", "/*", "*/", "--", "\n", ";", ":", "1", "é", "😀", " ", "(", "u&'")
        }),
        (text) => {
          let at = 0;
          for (const {start, end} of lex(text).tokens) {
            expect(start).toBeGreaterThanOrEqual(at);
            expect(end).toBeGreaterThan(start);
            at = end;
          }
          expect(at).toBeLessThanOrEqual(text.length);
          split(text, pgQuery);
        }
      ),
      {numRuns: 500}
    );
  });
});
