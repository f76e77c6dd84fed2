// The core in WASM: JSON in, JSON out. Every rule of the gate is behind `step`; this file only
// moves bytes across the border. The C ABI is described in crates/gatehouse-wasm.

import type { Output, Request } from "./messages";

interface Exports {
  memory: WebAssembly.Memory;
  gh_alloc(length: number): number;
  gh_free(pointer: number, length: number): void;
  gh_step(pointer: number, length: number): bigint;
}

/** What the page needs of the core; the tests bring one of their own. */
export interface Core {
  step(request: Request): Output;
  /** The core's own state, opaque, to be stored with every event. */
  save?(): string;
  /** Takes back a stored state, once, before the first step. */
  load?(state: string): void;
}

/** Loads the core. Fails if the file is missing or no WASM of ours. */
export async function open_core(): Promise<Core> {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(CORE_WASM), {});
  return new WasmCore(instance.exports as unknown as Exports);
}

class WasmCore implements Core {
  constructor(private readonly exports: Exports) {}

  step(request: Request): Output {
    const { gh_alloc, gh_step, gh_free, memory } = this.exports;
    const input = new TextEncoder().encode(JSON.stringify(request));
    const at = gh_alloc(input.length);
    new Uint8Array(memory.buffer, at, input.length).set(input);
    const answer = BigInt.asUintN(64, gh_step(at, input.length));
    const start = Number(answer >> 32n);
    const length = Number(answer & 0xffff_ffffn);
    const text = new TextDecoder().decode(new Uint8Array(memory.buffer, start, length));
    gh_free(start, length);
    return JSON.parse(text) as Output;
  }
}
