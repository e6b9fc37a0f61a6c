// The SDK is written for Node too and uses its Buffer, which browsers lack. Imported before the SDK.
import { Buffer } from "buffer";

globalThis.Buffer ??= Buffer;
