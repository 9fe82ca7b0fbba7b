/** Files that people take for weights and that are something else, told by their first bytes. */

const ascii = (bytes: Uint8Array, begin: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(begin, end));

/** What such a file is and what to do about it, as the rest of a sentence that begins with its name; undefined for others. */
export function foreignFormat(start: Uint8Array): string | undefined {
  const head = ascii(start, 0, 32);
  if (head.startsWith('version https://git-lfs')) {
    return 'is a pointer to a file in Git LFS, not the file itself: fetch it with `git lfs pull`, or download it by hand';
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(head)) {
    return 'is a web page, not weights: the download went wrong; get the file itself';
  }
  if (head.startsWith('\u0089HDF')) {
    return 'is an HDF5 file, as Keras writes it; netc reads .safetensors and PyTorch files: save the weights as one of these';
  }
  if (head.startsWith('GGUF')) {
    return 'is a GGUF file; netc reads .safetensors and PyTorch files: get the weights as one of these';
  }
  if (ascii(start, 257, 262) === 'ustar') {
    return (
      "is a tar archive, as PyTorch's first releases wrote; netc reads what later ones write: " +
      'load it and save it again with `torch.save`'
    );
  }
  return undefined;
}
