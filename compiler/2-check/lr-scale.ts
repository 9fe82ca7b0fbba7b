/**
 * `lr_scale = [(fc, 10), (layer1, 0.1)]`: layers that learn at a rate of their own, as multiples of the optimizer's. The
 * rate's schedule holds for all of them. What no entry covers keeps the optimizer's rate.
 */
import { isWithin, layerPaths } from './layer-paths.ts';
import { positive, type Setting } from './settings.ts';
import { textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import type { RateScale, TypedModel } from './typed.ts';

/** The scales that a setting gives; wrong entries are reported. */
export function rateScales(setting: Setting | undefined, model: TypedModel, site: Site): readonly RateScale[] {
  if (!setting || setting.value.kind === 'missing') return [];
  const { name, value } = setting;
  const entries = value.kind === 'list' ? value.items : [value];
  return entries.flatMap((entry) => {
    if (entry.kind !== 'tuple' || entry.items.length !== 2) {
      fail(site, {
        code: 'E0504',
        message: `${name.name} is a list of layers with a factor each, not ${textAt(entry.span)}`,
        span: entry.span,
        help: [`as in \`${name.name} = [(fc, 10), (layer1, 0.1)]\``],
      });
      return [];
    }
    const [layer, factor] = entry.items;
    const scale = positive({ name, value: factor }, site);
    return layerPaths(layer, name.name, model, site).flatMap((path) => (scale === undefined ? [] : [{ path, scale }]));
  });
}

/** The scale of a parameter: that of the nearest layer around it; 1 where there is none. */
export function scaleOf(parameter: string, scales: readonly RateScale[]): number {
  const around = scales.filter(({ path }) => isWithin(parameter, path));
  return around.reduce<RateScale>((near, next) => (next.path.length >= near.path.length ? next : near), {
    path: '',
    scale: 1,
  }).scale;
}
