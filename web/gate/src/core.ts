// The core in WASM: JSON in, JSON out. Every rule of the gate is behind `step`; this file only
// moves bytes across the border. The C ABI is described in crates/gatehouse-wasm/src/lib.rs.

import { to_base64 } from "./key";
import type { Output, Request } from "./messages";

interface Exports {
  memory: WebAssembly.Memory;
  gh_alloc(length: number): number;
  gh_free(memory: number, length: number): void;
  gh_step(request: number, length: number): number;
  gh_state(): number;
  gh_restore(state: number, length: number): number;
}

/** What the page needs of the core; the tests bring one of their own. */
export interface Core {
  step(request: Omit<Request, "random_base64">): Output;
  /** The core's own state, opaque, to be stored with every event. */
  save(): Uint8Array;
  /** Takes up a stored state, before the first step; false if these bytes are none. */
  load(state: Uint8Array): boolean;
}

/** Loads the core. Fails if the file is missing or no WASM of ours. */
export async function open_core(): Promise<Core> {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(CORE_WASM), {});
  return new WasmCore(instance.exports as unknown as Exports);
}

/** An answer begins with its length in four bytes, little-endian. */
const LENGTH_BYTES = 4;

class WasmCore implements Core {
  constructor(private readonly exports: Exports) {}

  step(request: Omit<Request, "random_base64">): Output {
    const random_base64 = to_base64(crypto.getRandomValues(new Uint8Array(32)));
    const input = new TextEncoder().encode(JSON.stringify({ ...request, random_base64 }));
    const answer = this.#lend(input, (at) => this.exports.gh_step(at, input.length));
    return JSON.parse(new TextDecoder().decode(this.#take(answer))) as Output;
  }

  save(): Uint8Array {
    return this.#take(this.exports.gh_state());
  }

  load(state: Uint8Array): boolean {
    return this.#lend(state, (at) => this.exports.gh_restore(at, state.length)) === 0;
  }

  /** Puts bytes into the core's memory for one call. */
  #lend<T>(bytes: Uint8Array, call: (at: number) => T): T {
    const { gh_alloc, gh_free, memory } = this.exports;
    const at = gh_alloc(bytes.length);
    if (at === 0) throw new Error("out of memory");
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    const result = call(at);
    gh_free(at, bytes.length);
    return result;
  }

  /** Copies an answer out and gives its memory back. */
  #take(at: number): Uint8Array {
    if (at === 0) throw new Error("out of memory");
    const { gh_free, memory } = this.exports;
    const length = new DataView(memory.buffer).getUint32(at, true);
    const bytes = new Uint8Array(memory.buffer, at + LENGTH_BYTES, length).slice();
    gh_free(at, length + LENGTH_BYTES);
    return bytes;
  }
}
