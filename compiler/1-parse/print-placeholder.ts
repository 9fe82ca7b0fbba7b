export { printModule } from './print.ts';
