/** What measure 12 takes out of the tests: a run that is told to a page. */
export {began} from "../test/model/story.ts";
export {ran, tellRun, text, wrote} from "../test/viewer/telling.ts";
