/** `freeze` on the devices: frozen parameters keep their bits, whatever the optimizer does to the others. */
import { afterAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { compileTraining, DeviceTraining } from '../reference/compiled-training.ts';
import { uniform } from '../reference/formula.ts';

const source = (optimizer: string): string => `dataset Points {
  sample { point: f32[6], label: class(3) }
  train { point = idx("points"), label = idx("labels") }
}

model Net(point: f32[N, 6]) -> f32[N, 3] {
  point |> body: [Linear(6 -> 5), tanh, Linear(5 -> 4), tanh] |> fc: Linear(4 -> 3)
}

train Net on Points {
  loss      = cross_entropy(output, label)
  optimizer = ${optimizer}
  freeze    = [body.0, fc.bias]
  clip      = 0.5
}
`;

const frozen = ['body.0.weight', 'body.0.bias', 'fc.bias'];
const free = ['body.2.weight', 'body.2.bias', 'fc.weight'];

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openDevice(choice);
  afterAll(() => device.destroy());

  test.each(['SGD(lr=0.1, momentum=0.9, weight_decay=0.1)', 'AdamW(lr=0.05, weight_decay=0.5)'])(
    '%s',
    async (optimizer) => {
      const compiled = compileTraining(source(optimizer));
      const start = Object.fromEntries(
        compiled.spec.parameters.map(({ name, shape }, i) => {
          return [
            name,
            uniform(
              900 + i,
              shape.reduce((all, n) => all * n, 1),
              -1,
              1,
            ),
          ];
        }),
      );
      expect(Object.keys(start).sort()).toEqual([...frozen, ...free].sort());
      const training = await DeviceTraining.start(device, compiled, 4, start);
      for (let step = 0; step < 5; step += 1) {
        const label = uniform(70 + step, 4, 0, 3).map(Math.floor);
        await training.step(4, { point: uniform(40 + step, 24, -1, 1), label });
      }
      const values = await training.values();
      training.dispose();
      for (const name of frozen) expect(values[name], name).toEqual(start[name]);
      for (const name of free) {
        const moved = [...(values[name] ?? [])].filter((v, i) => v !== start[name]?.[i]);
        expect(moved.length, name).toBe(start[name]?.length);
      }
    },
  );
});
