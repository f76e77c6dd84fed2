// Reads QR codes away from the page's thread, with zxing compiled to WASM from our own origin.
// One frame in, one text or null out.

import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";

export interface Frame {
  id: number;
  picture: ImageBitmap | ImageData;
}

export interface Read {
  id: number;
  text: string | null;
  /** Set once, when the reader could not be loaded. */
  broken?: boolean;
}

const OPTIONS: ReaderOptions = {
  formats: ["QRCode"],
  tryHarder: true,
  tryRotate: false, // a QR code has no upright; its finder patterns are found at any turn
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 1,
  binarizer: "LocalAverage",
};

let canvas: OffscreenCanvas | undefined;

function pixels_of(picture: ImageBitmap | ImageData): ImageData {
  if (picture instanceof ImageData) return picture;
  const { width, height } = picture;
  if (!canvas || canvas.width !== width || canvas.height !== height) {
    canvas = new OffscreenCanvas(width, height);
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, 0, 0);
  picture.close();
  return context.getImageData(0, 0, width, height);
}

/** Tries the frame as it is, then with the noise of a screen's pixel grid closed. */
async function read(pixels: ImageData): Promise<string | null> {
  const plain = await readBarcodes(pixels, OPTIONS);
  if (plain[0]?.isValid) return plain[0].text;
  const denoised = await readBarcodes(pixels, { ...OPTIONS, tryDenoise: true, tryInvert: false });
  return denoised[0]?.isValid ? denoised[0].text : null;
}

let ready: Promise<unknown> | undefined;

addEventListener("message", (event: MessageEvent<Frame | { reader: string }>) => {
  const message = event.data;
  if ("reader" in message) {
    const reader = message.reader;
    ready = prepareZXingModule({
      overrides: { locateFile: () => reader },
      fireImmediately: true,
    });
    ready.catch(() => postMessage({ id: -1, text: null, broken: true } satisfies Read));
    return;
  }
  void answer(message);
});

async function answer({ id, picture }: Frame): Promise<void> {
  let text: string | null = null;
  try {
    await ready;
    text = await read(pixels_of(picture));
  } catch {
    // A frame that cannot be read is a frame without a code.
  }
  postMessage({ id, text } satisfies Read);
}
