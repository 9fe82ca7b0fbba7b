/** Training on the CPU device follows PyTorch's. */
import { compareTraining } from './training.ts';

compareTraining('cpu', 60_000);
