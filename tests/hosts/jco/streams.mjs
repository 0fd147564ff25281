// Streams of bytes that the plugin writes. Iterated over they would come byte by byte; asked for a number, they come in
// pieces.

/** The largest piece, in bytes. */
const PIECE = 64 << 10;

/** The pieces of a stream, each a Buffer. */
export async function* pieces(stream) {
  for (;;) {
    const { value, done } = await stream.read({ count: PIECE });
    if (value !== undefined) yield Buffer.from(value);
    if (done) return;
  }
}
