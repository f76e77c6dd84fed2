// The frame loop: takes a picture from the video whenever the reader is free, never more than one
// at a time, so that a slow phone scans less often instead of freezing. The browser's own
// BarcodeDetector goes first where there is one; zxing in a worker does what it does not read.

import type { Read } from "./scanner_worker";

/** Longest side given to the reader, in pixels; more costs time and reads no better. */
const SIDE_MOST = 1_280;
/** Shortest pause between two frames, in milliseconds: the phone stays cool. */
const PAUSE_MILLIS = 60;
/** The same text is not given twice within this time, in milliseconds. */
const SAME_MILLIS = 2_500;
/** Nor so soon after looking begins again: the card of the person before, or a frame of it that was
 * still under way, is not the next person. */
const HOLD_MILLIS = 1_000;
/** Frames without a text after which a card counts as taken away at once. One says little: by turns
 * the reader sees the whole picture and its middle, and a small code only in one of them. */
const EMPTY_UNTIL_GONE = 3;
/** Frames that BarcodeDetector may miss before zxing sees every frame too. */
const MISSES_BEFORE_SECOND_READER = 4;

export class Scanner {
  #worker: Worker | undefined;
  #detector: BarcodeDetector | null | undefined;
  /** Counts the starts; a loop lives as long as it is the latest one. */
  #loops = 0;
  #running = false;
  #next_id = 0;
  #misses = 0;
  #round = 0;
  #last = { text: "", millis: -Infinity };
  #empty = 0;
  #waiting = new Map<number, (text: string | null) => void>();

  readonly #video: HTMLVideoElement;
  readonly #found: (text: string) => void;

  constructor(video: HTMLVideoElement, found: (text: string) => void) {
    this.#video = video;
    this.#found = found;
  }

  /** Starts looking; does nothing if it looks already. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#misses = 0;
    this.#empty = 0;
    this.#last.millis = performance.now() - (SAME_MILLIS - HOLD_MILLIS);
    this.#loops += 1;
    void this.#loop(this.#loops);
  }

  /** Stops looking after the frame under way, whose result is dropped. */
  stop(): void {
    this.#running = false;
  }

  async #loop(mine: number): Promise<void> {
    this.#detector ??= await own_detector();
    const looking = () => this.#running && this.#loops === mine;
    while (looking()) {
      const started = performance.now();
      const text = this.#video.readyState >= 2 ? await this.#look() : undefined;
      if (!looking()) return;
      if (text) this.#give(text);
      else if (text === null) this.#missed();
      const spent = performance.now() - started;
      await pause(Math.max(PAUSE_MILLIS, Math.min(spent, 250)));
    }
  }

  #missed(): void {
    this.#empty += 1;
    if (this.#empty >= EMPTY_UNTIL_GONE) this.#last.text = "";
  }

  #give(text: string): void {
    const now = performance.now();
    this.#empty = 0;
    if (text === this.#last.text && now - this.#last.millis < SAME_MILLIS) return;
    this.#last = { text, millis: now };
    this.#found(text);
  }

  /** The text in the picture; `null` where there is none, `undefined` where the reader that reads
   * everything has not looked. */
  async #look(): Promise<string | null | undefined> {
    if (this.#detector) {
      try {
        const codes = await this.#detector.detect(this.#video);
        const text = codes[0]?.rawValue;
        if (text) {
          this.#misses = 0;
          return text;
        }
      } catch {
        this.#detector = null;
      }
      this.#misses += 1;
      if (this.#detector && this.#misses < MISSES_BEFORE_SECOND_READER) return undefined;
    }
    return this.#look_with_worker();
  }

  async #look_with_worker(): Promise<string | null> {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width || !height) return null;
    // By turns the whole picture and its middle at full size: a small code needs its pixels.
    this.#round += 1;
    const part = this.#round % 2 === 1 ? 1 : 0.5;
    const source = { width: Math.round(width * part), height: Math.round(height * part) };
    const scale = Math.min(part === 1 ? 1 : 2, SIDE_MOST / Math.max(source.width, source.height));
    const picture = await take_picture(this.#video, source, scale);
    if (!picture) return null;
    this.#worker ??= this.#open_worker();
    const id = (this.#next_id += 1);
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const bytes = picture instanceof ImageData ? picture.data.buffer : picture;
      this.#worker?.postMessage({ id, picture }, [bytes]);
    });
  }

  #open_worker(): Worker {
    const worker = new Worker(SCANNER_WORKER, { type: "module" });
    worker.postMessage({ reader: new URL(READER_WASM, document.baseURI).href });
    worker.addEventListener("message", ({ data }: MessageEvent<Read>) => {
      if (data.broken) this.#drop_worker();
      this.#waiting.get(data.id)?.(data.text);
      this.#waiting.delete(data.id);
    });
    worker.addEventListener("error", () => this.#drop_worker());
    return worker;
  }

  /** The reader's file did not load (no network at first start): try again with a later frame. */
  #drop_worker(): void {
    this.#worker?.terminate();
    for (const resolve of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
    setTimeout(() => (this.#worker = undefined), 2_000);
  }
}

/** The browser's own reader if it knows QR codes. */
async function own_detector(): Promise<BarcodeDetector | null> {
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

let canvas: HTMLCanvasElement | undefined;

async function take_picture(
  video: HTMLVideoElement,
  source: { width: number; height: number },
  scale: number,
): Promise<ImageBitmap | ImageData | null> {
  const x = Math.round((video.videoWidth - source.width) / 2);
  const y = Math.round((video.videoHeight - source.height) / 2);
  const width = Math.round(source.width * scale);
  const height = Math.round(source.height * scale);
  try {
    if (typeof OffscreenCanvas !== "undefined") {
      return await createImageBitmap(video, x, y, source.width, source.height, {
        resizeWidth: width,
        resizeHeight: height,
        resizeQuality: "medium",
      });
    }
    canvas ??= document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context?.drawImage(video, x, y, source.width, source.height, 0, 0, width, height);
    return context?.getImageData(0, 0, width, height) ?? null;
  } catch {
    return null;
  }
}

const pause = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis));
