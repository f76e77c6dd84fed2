// The WASM core by itself, as a test in Node or in a page calls it.

/** One core with calls over bytes. It refers to nothing else, so that a page can be given it. */
export async function core_of(module) {
  const { exports } = await WebAssembly.instantiate(module, {});
  const lend = (bytes, call) => {
    const at = exports.gh_alloc(bytes.length);
    new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
    const result = call(at, bytes.length);
    exports.gh_free(at, bytes.length);
    return result;
  };
  const take = (at) => {
    const length = new DataView(exports.memory.buffer).getUint32(at, true);
    const bytes = new Uint8Array(exports.memory.buffer, at + 4, length).slice();
    exports.gh_free(at, length + 4);
    return bytes;
  };
  const json = (call) => (value) => {
    const bytes = typeof value === "string" ? value : JSON.stringify(value);
    return JSON.parse(new TextDecoder().decode(take(lend(new TextEncoder().encode(bytes), call))));
  };
  return {
    step: json(exports.gh_step),
    decide: json(exports.gh_decide),
    state: () => take(exports.gh_state()),
    restore: (bytes) => lend(bytes, exports.gh_restore),
    read_cbor: (bytes) => new TextDecoder().decode(take(lend(bytes, exports.read_cbor))),
    memory: exports.memory,
  };
}
