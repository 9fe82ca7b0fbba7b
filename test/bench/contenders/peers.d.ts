/**
 * As much of the peers as the contenders use, so that they are type-checked where the peers are not installed. Written by
 * hand from the peers' documentation.
 */

declare module '@tensorflow/tfjs-backend-cpu' {}
declare module '@tensorflow/tfjs-backend-wasm' {}

declare module '@tensorflow/tfjs-core' {
  export interface Tensor {
    readonly shape: readonly number[];
    data(): Promise<ArrayLike<number>>;
    dispose(): void;
  }
  export interface Variable extends Tensor {
    readonly trainable: boolean;
  }
  type Padding = 'valid' | 'same';
  export const version_core: string;
  export function setBackend(name: string): Promise<boolean>;
  export function ready(): Promise<void>;
  export function tensor(data: Float32Array | Int32Array, shape: readonly number[], type?: 'int32'): Tensor;
  export function variable(initial: Tensor): Variable;
  export function reshape(x: Tensor, shape: readonly number[]): Tensor;
  export function squeeze(x: Tensor, axes: readonly number[]): Tensor;
  export function add(a: Tensor, b: Tensor): Tensor;
  export function relu(x: Tensor): Tensor;
  export function softmax(x: Tensor): Tensor;
  export function matMul(a: Tensor, b: Tensor): Tensor;
  export function conv2d(x: Tensor, filter: Tensor, strides: number, padding: Padding): Tensor;
  export function conv3d(x: Tensor, filter: Tensor, strides: number, padding: Padding): Tensor;
  export function maxPool(x: Tensor, size: number, strides: number, padding: Padding): Tensor;
  export function oneHot(indices: Tensor, depth: number): Tensor;
  export function tidy<T>(compute: () => T): T;
  export function dispose(tensors: readonly Tensor[]): void;
  export const losses: { softmaxCrossEntropy(labels: Tensor, logits: Tensor): Tensor };
  interface Optimizer {
    minimize(compute: () => Tensor, returnCost: boolean, variables: readonly Variable[]): Tensor | null;
  }
  export const train: { adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer };
}

declare module '@jax-js/jax' {
  export interface Array {
    readonly ref: Array;
    add(other: Array | number): Array;
    sub(other: Array | number): Array;
    mul(other: Array | number): Array;
    div(other: Array | number): Array;
    sum(axis: number): Array;
    mean(): Array;
    reshape(shape: readonly number[]): Array;
    transpose(): Array;
    slice(index: number): Array;
    data(): Promise<ArrayLike<number>>;
    dispose(): void;
  }
  type Backend = 'wasm' | 'webgpu';
  export function init(...devices: readonly Backend[]): Promise<readonly Backend[]>;
  export function defaultDevice(device: Backend): Backend;
  export function jit<A extends readonly unknown[], R>(compute: (...args: A) => R): (...args: A) => R;
  export function valueAndGrad<P, A extends readonly unknown[]>(
    compute: (parameters: P, ...args: A) => Array,
  ): (parameters: P, ...args: A) => [Array, P];
  export function blockUntilReady<T>(arrays: T): Promise<T>;
  export const lax: {
    conv(x: Array, weight: Array, strides: readonly number[], padding: 'VALID' | 'SAME'): Array;
    reduceWindow(x: Array, reduce: (x: Array) => Array, size: readonly number[], strides: readonly number[]): Array;
  };
  export const nn: {
    relu(x: Array): Array;
    softmax(x: Array, axis: number): Array;
    logSoftmax(x: Array, axis: number): Array;
  };
  export const numpy: {
    array(data: Float32Array): Array;
    zeros(shape: readonly number[]): Array;
    max(x: Array): Array;
    sqrt(x: Array): Array;
    matmul(a: Array, b: Array): Array;
  };
}

/** What `onnxruntime-node` and `onnxruntime-web` have in common. */
declare module 'onnxruntime-node' {
  export interface Value {
    readonly data: Float32Array;
  }
  export interface Options {
    readonly executionProviders: readonly ('cpu' | 'wasm')[];
    readonly intraOpNumThreads: number;
    readonly interOpNumThreads: number;
  }
  export interface Session {
    run(feeds: Readonly<Record<string, Value>>): Promise<Readonly<Record<string, Value>>>;
  }
  export const Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Value;
  export const InferenceSession: { create(model: Uint8Array, options: Options): Promise<Session> };
  export const env: { readonly wasm?: { numThreads: number } };
}

declare module 'onnxruntime-web' {
  export { env, InferenceSession, Tensor } from 'onnxruntime-node';
}
