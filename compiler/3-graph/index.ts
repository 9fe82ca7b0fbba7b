/** The graph stage: from typed models and trainings to simplified, differentiated graphs. */
export { differentiate } from './autodiff.ts';
export { buildGraphs, buildInference, LOSS, OUTPUT, type TrainingGraphs } from './from-typed.ts';
export { ALL_PARAMETERS } from './optimizer.ts';
export { graphPasses, type Pass, runPasses } from './passes.ts';
export { printGraph } from './print.ts';
export { verifyGraph } from './verify.ts';
