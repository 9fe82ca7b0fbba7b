/**
 * Training through WGSL follows PyTorch's. In a file of its own because a software adapter takes seconds for a step:
 * test files run side by side.
 */
import { compareTraining } from './training.ts';

compareTraining('webgpu', 300_000);
