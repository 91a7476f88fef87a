/** What we use of it; the package brings no types. */
declare module 'heic-decode' {
  interface HeicPicture {
    readonly width: number;
    readonly height: number;
    /** RGBA. */
    readonly decode: () => Promise<{
      readonly width: number;
      readonly height: number;
      readonly data: Uint8ClampedArray;
    }>;
  }
  const decode: {
    readonly all: (input: { readonly buffer: Uint8Array }) => Promise<HeicPicture[] & { readonly dispose: () => void }>;
  };
  export default decode;
}
