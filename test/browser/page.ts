/** The page that fashion-cnn.test.ts bundles and opens. */
import { runFashionCnn } from './run-fashion-cnn.ts';

Object.assign(window, { runFashionCnn });
