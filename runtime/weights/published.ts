/** What torchvision's weights are called on PyTorch's server, for names that lack the hash. Downloads nothing. */
import { didYouMean } from '../suggest.ts';

/** The networks that torchvision's users start from most; `IMAGENET1K_V1` where there are several. */
const files = [
  'alexnet-owt-7be5be79.pth',
  'densenet121-a639ec97.pth',
  'googlenet-1378be20.pth',
  'mobilenet_v2-b0353104.pth',
  'mobilenet_v3_large-8738ca79.pth',
  'mobilenet_v3_small-047dcff4.pth',
  'resnet18-f37072fd.pth',
  'resnet34-b627a593.pth',
  'resnet50-0676ba61.pth',
  'resnet101-63fe2227.pth',
  'resnet152-394f9c45.pth',
  'resnext50_32x4d-7cdf4587.pth',
  'squeezenet1_1-b8a52dc0.pth',
  'vgg11-8a719046.pth',
  'vgg16-397923af.pth',
  'vgg19-dcbb9e9d.pth',
  'vit_b_16-c867db91.pth',
  'wide_resnet50_2-95faca4d.pth',
];

/** The published file that a name probably means: `resnet18.pth`, or one with a mistyped hash. */
export function publishedFor(name: string): string | undefined {
  const stem = (file: string): string => file.replace(/(-[0-9a-f]{6,})?\.\w+$/, '').toLowerCase();
  const stems = files.map(stem);
  const near = didYouMean(stem(name), stems);
  return near === undefined ? undefined : files[stems.indexOf(near)];
}
