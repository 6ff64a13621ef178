/** What measures 8 to 10 and 13 take out of the house. */
export {toHtml} from "../src/evidence/html.ts";
export {planRun} from "../src/model/plan.ts";
export {blank, fold} from "../src/model/run.ts";
export {parseRunbook} from "../src/parser/index.ts";
export {openJournal} from "../src/runtime/journal.ts";
export {kinds} from "../src/runtime/kinds/index.ts";
export {perform} from "../src/runtime/perform.ts";
export {createRedactor} from "../src/runtime/redact.ts";
export {readAlone} from "../src/server/assets.ts";
