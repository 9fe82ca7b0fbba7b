/** Prints, as JSON, which adapter WebGPU offers in this process's environment. */
import { findAdapter } from '../../../runtime/webgpu/adapter.ts';

const found = await findAdapter();
console.log(JSON.stringify('missing' in found ? found : { name: found.name, software: found.software }));
process.exit(0);
