// The rear camera and its torch. One <video> element lives as long as the page; screens only move
// it. The stream stops while the page is hidden.

export type CameraState = "off" | "starting" | "on" | "denied" | "missing";

interface TorchTrack extends MediaStreamTrack {
  getCapabilities(): MediaTrackCapabilities & { torch?: boolean };
}

export class Camera {
  readonly video: HTMLVideoElement;
  state: CameraState = "off";
  torch_on = false;
  #stream: MediaStream | undefined;

  constructor(private readonly changed: () => void) {
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.setAttribute("aria-hidden", "true");
    this.video.tabIndex = -1;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.stop();
    });
  }

  /** Starts the stream if it is not running. */
  async start(): Promise<void> {
    if (this.state === "on" || this.state === "starting") return;
    this.#set("starting");
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: {
          facingMode: { ideal: "environment" },
          width: { ideal: 1280 },
          height: { ideal: 720 },
          frameRate: { ideal: 24 },
        },
      });
      this.video.srcObject = this.#stream;
      for (const track of this.#stream.getTracks()) {
        track.addEventListener("ended", () => this.stop());
      }
      await this.video.play();
      this.#set("on");
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      this.stop();
      this.#set(name === "NotAllowedError" || name === "SecurityError" ? "denied" : "missing");
    }
  }

  /** Stops the stream and the torch with it. */
  stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = undefined;
    this.video.srcObject = null;
    this.torch_on = false;
    if (this.state !== "off") this.#set("off");
  }

  /** Whether the camera says that it has a torch. */
  get has_torch(): boolean {
    const track = this.#stream?.getVideoTracks()[0] as TorchTrack | undefined;
    return track?.getCapabilities?.().torch === true;
  }

  /** Switches the torch. */
  async toggle_torch(): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    if (!track) return;
    const torch = !this.torch_on;
    try {
      await track.applyConstraints({ advanced: [{ torch } as MediaTrackConstraintSet] });
      this.torch_on = torch;
    } catch {
      this.torch_on = false;
    }
    this.changed();
  }

  #set(state: CameraState): void {
    this.state = state;
    this.changed();
  }
}
