// Names that build.mjs puts in: paths of assets, relative to the page.
declare const CORE_WASM: string;
declare const READER_WASM: string;
declare const SCANNER_WORKER: string;
declare const ASSETS: string[];
declare const VERSION: string;

// The browser's own reader, where there is one (not yet in TypeScript's library).
declare class BarcodeDetector {
  constructor(options?: { formats: string[] });
  static getSupportedFormats(): Promise<string[]>;
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
