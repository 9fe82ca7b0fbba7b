/**
 * Known networks: their parameters' names, shapes and order are those of torchvision's and PyTorch's state dictionaries,
 * so that published weights load by name. (A state dictionary also counts batches, `num_batches_tracked`: the language has
 * no such counter.)
 */
import { expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import { summarize } from '../../compiler/cli/summarize.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { analyze } from '../../compiler/front-end.ts';
import { command } from '../cli/in-process.ts';
import { knownNetworks, programFile } from './networks.ts';

const { networks } = knownNetworks();

test.each(networks)('$file', ({ file, parameters, tensors }) => {
  const { program, diagnostics } = analyze(programFile(file), fileHost);
  expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  const [model] = program.models;
  const found = model.parameters.map(({ path, type }) => [path, type.shape.map(dim.constant)] as const);
  // A layer has its place where it is applied: here `norm1` comes before `linear1`. PyTorch's class declares it after.
  if (file === 'encoder_layer') {
    const [norm, linear] = ['norm1.weight', 'linear1.weight'].map((name) => found.findIndex(([path]) => path === name));
    expect(linear - norm).toBe(2);
    expect(new Map(found)).toEqual(new Map(tensors));
  } else expect(found).toEqual(tensors);
  const summary = summarize(model);
  expect(summary).toMatchObject({ parameters, trainable: parameters });
  expect(summary.layers.reduce((sum, row) => sum + row.parameters, 0)).toBe(parameters);
  const elements = tensors.map(([, shape]) => shape.reduce((product, size) => product * size, 1));
  expect(summary.parameters + summary.buffers).toBe(elements.reduce((sum, count) => sum + count, 0));
});

test('a summary counts what is trained, as PyTorch does, and the buffers apart', async () => {
  const json = await command('summary', '--json', 'models/resnet18.net');
  const counts = { model: 'ResNet18', parameters: 11_689_512, trainable: 11_689_512, buffers: 9_600 };
  expect(JSON.parse(json.stdout)).toMatchObject(counts);
  const { stdout } = await command('summary', 'models/resnet18.net');
  expect(stdout).toMatch(
    /^total +11,689,512 +1,814,073,344\ntrainable parameters: 11,689,512; in buffers, not trained: 9,600$/m,
  );
});
