declare module 'cloudflare:workers' {
  /** The bindings of the worker that runs. */
  export const env: object
}
