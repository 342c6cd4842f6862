import { Option } from 'commander'

/** `--store`, or STORE_URL. It is checked when it is opened: what the parser says of a wrong one would show a password. */
export const storeOption = (): Option =>
  new Option('--store <url>', 'sqlite:<path>, mongodb://... or mongodb+srv://...')
    .env('STORE_URL')
    .makeOptionMandatory()

/** A URL as it may be shown: without user and password. */
export const shownUrl = (url: string): string => url.replace(/\/\/[^/@]*@/, '//')
