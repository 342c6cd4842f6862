import { shopOrigin } from './testing-data.ts'

/*
 * What browsers and tools send with a call that a page of the shop makes to this API, which is of another origin.
 * Headers of the connection itself are left out: a proxy in front makes its own.
 */

type Headers = Readonly<Record<string, string>>

const windows = 'Windows NT 10.0; Win64; x64'
const mac = 'Macintosh; Intel Mac OS X 10_15_7'
const android = 'Linux; Android 10; K'
const iphone = 'iPhone; CPU iPhone OS 17_6_1 like Mac OS X'

const page = {
  accept: '*/*',
  origin: shopOrigin,
  referer: `${shopOrigin}/`,
  'accept-language': 'en-GB,en-US;q=0.9,en;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
}
const metadata = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }

const blink = (system: string, more: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${more}`
const webkit = (system: string, more: string) =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) ${more}`
const firefox = (system: string, version: number, gecko = '20100101') => ({
  ...page,
  ...metadata,
  'user-agent': `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/${gecko} Firefox/${version}.0`,
  'accept-language': 'en-US,en;q=0.5',
})
const safari = (system: string, more: string) => ({
  ...page,
  ...metadata,
  'user-agent': webkit(system, more),
  'accept-encoding': 'gzip, deflate, br',
})

/** A browser that is built on Chromium 130, by its agent, its brand and its system. */
const chromium = (agent: string, brand: string, system: string, mobile = false) => ({
  ...page,
  ...metadata,
  'user-agent': agent,
  'sec-ch-ua': `"Chromium";v="130", "${brand}", "Not?A_Brand";v="99"`,
  'sec-ch-ua-mobile': mobile ? '?1' : '?0',
  'sec-ch-ua-platform': `"${system}"`,
  priority: 'u=1, i',
})

const desktop = 'Chrome/130.0.0.0 Safari/537.36'
const mobile = 'Chrome/130.0.0.0 Mobile Safari/537.36'
const chrome = 'Google Chrome";v="130'
const windowsChrome = chromium(blink(windows, desktop), chrome, 'Windows')
const androidChrome = chromium(blink(android, mobile), chrome, 'Android', true)
const view = 'Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv'
const inView = (app: string) => ({
  ...page,
  ...metadata,
  'user-agent': blink(view, `Version/4.0 ${mobile} ${app}`),
  'x-requested-with': 'com.example.app',
})

const without = (sent: Headers, ...names: string[]): Headers =>
  Object.fromEntries(Object.entries(sent).filter(([name]) => !names.includes(name)))
const secHeaders = Object.keys(windowsChrome).filter((name) => name.startsWith('sec-'))

/** People's. A screen reader works on one of these and is not seen in what it sends. */
export const browsers: Readonly<Record<string, Headers>> = {
  'Chrome on Windows, also with JAWS or NVDA': windowsChrome,
  'Chrome on macOS': chromium(blink(mac, desktop), chrome, 'macOS'),
  'Chrome on Linux': chromium(blink('X11; Linux x86_64', desktop), chrome, 'Linux'),
  'Chrome on ChromeOS': chromium(blink('X11; CrOS x86_64 14541.0.0', desktop), chrome, 'Chrome OS'),
  'Chrome on Android, also with TalkBack': androidChrome,
  'Chrome on Android that asks for desktop pages': chromium(
    blink('X11; Linux x86_64', desktop),
    chrome,
    'Android',
  ),
  'Chrome 85, before client hints': {
    ...page,
    ...metadata,
    'user-agent': blink(windows, 'Chrome/85.0.4183.121 Safari/537.36'),
  },
  'Edge on Windows': chromium(
    blink(windows, `${desktop} Edg/130.0.0.0`),
    'Microsoft Edge";v="130',
    'Windows',
  ),
  'Opera on Windows': chromium(blink(windows, `${desktop} OPR/115.0.0.0`), 'Opera";v="115', 'Windows'),
  'Samsung Internet': chromium(
    blink(android, 'SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36'),
    'Samsung Internet";v="28.0',
    'Android',
    true,
  ),
  'Brave, hardened: no referrer, one language': {
    ...without(chromium(blink(windows, desktop), 'Brave";v="130', 'Windows'), 'referer'),
    'accept-language': 'en-US,en;q=0.5',
    'sec-gpc': '1',
  },
  'Firefox on Windows, also with NVDA': firefox(windows, 132),
  'Firefox on Android': firefox('Android 14; Mobile', 132, '132.0'),
  'Firefox ESR 78, before fetch metadata': {
    ...page,
    'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:78.0) Gecko/20100101 Firefox/78.0',
  },
  'Tor Browser': { ...without(firefox('Windows NT 10.0; Win64; x64', 128), 'referer'), 'sec-gpc': '1' },
  'Safari on macOS, also with VoiceOver': safari(mac, 'Version/17.6 Safari/605.1.15'),
  'Safari on an iPhone': safari(iphone, 'Version/17.6 Mobile/15E148 Safari/604.1'),
  'Safari on an iPad': safari(mac, 'Version/17.6 Safari/605.1.15'),
  'Safari 15, before fetch metadata': {
    ...page,
    'user-agent': webkit(mac, 'Version/15.6.1 Safari/605.1.15'),
  },
  'Chrome on an iPhone': safari(iphone, 'CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1'),
  'Firefox on an iPhone': safari(iphone, 'FxiOS/132.0 Mobile/15E148 Safari/605.1.15'),
  'Instagram on an iPhone': safari(iphone, 'Mobile/15E148 Instagram 334.0.4.32.98 (iPhone14,5; iOS 17_6_1)'),
  'Facebook on an iPhone': safari(iphone, 'Mobile/15E148 [FBAN/FBIOS;FBAV/485.1.0.45.110;FBDV/iPhone14,5]'),
  'Line on an iPhone': safari(iphone, 'Mobile/15E148 Safari Line/14.16.0'),
  'WeChat on an iPhone': safari(
    iphone,
    'Mobile/15E148 MicroMessenger/8.0.50(0x1800323d) NetType/WIFI Language/en',
  ),
  'Instagram on Android': inView('Instagram 334.0.0.42.95 Android'),
  'Facebook on Android': inView('[FB_IAB/FB4A;FBAV/485.0.0.70.77;]'),
  'Line on Android': inView('Line/14.16.0/IAB'),
  'WeChat on Android': {
    ...page,
    ...metadata,
    'user-agent': blink(
      view,
      'Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MicroMessenger/8.0.50',
    ),
    'accept-language': 'zh-CN,zh;q=0.9',
  },
  'An app that leaves its browser as it is': {
    ...chromium(blink(view, `Version/4.0 ${mobile}`), 'Android WebView";v="130', 'Android', true),
    'x-requested-with': 'com.example.app',
  },
  'Opera Mini': {
    ...page,
    'user-agent': 'Opera/9.80 (Android; Opera Mini/36.2/191.275; U; en) Presto/2.12.423 Version/12.16',
  },
}

const tool = (agent: string, more: Headers = {}): Headers => ({
  accept: '*/*',
  'accept-encoding': 'gzip, deflate',
  'user-agent': agent,
  origin: shopOrigin,
  ...more,
})
const headless = blink('X11; Linux x86_64', 'HeadlessChrome/130.0.0.0 Safari/537.36')
const axiosAccept = { accept: 'application/json, text/plain, */*' }

/** Programs', with the origin of the shop, which they all can be told to send. */
export const bots: Readonly<Record<string, Headers>> = {
  curl: tool('curl/8.5.0'),
  wget: tool('Wget/1.21.4', { 'accept-encoding': 'identity' }),
  HTTPie: tool('HTTPie/3.2.2', { accept: 'application/json, */*;q=0.5' }),
  'python-requests': tool('python-requests/2.32.3'),
  aiohttp: tool('Python/3.12 aiohttp/3.10.10'),
  httpx: tool('python-httpx/0.27.2'),
  urllib: without(tool('Python-urllib/3.12'), 'accept'),
  axios: tool('axios/1.7.7', axiosAccept),
  'node-fetch': tool('node-fetch/1.0 (+https://github.com/bitinn/node-fetch)'),
  'node-fetch 3': tool('node-fetch'),
  'fetch of Node (undici)': tool('node', { 'accept-language': '*', 'sec-fetch-mode': 'cors' }),
  got: without(tool('got (https://github.com/sindresorhus/got)'), 'accept'),
  Go: without(tool('Go-http-client/1.1'), 'accept'),
  'HttpClient of Java': without(tool('Java-http-client/21.0.5'), 'accept'),
  'HttpURLConnection of Java': tool('Java/1.8.0_432', {
    accept: 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  }),
  'HttpClient of Apache': without(tool('Apache-HttpClient/5.3.1 (Java/17.0.13)'), 'accept'),
  okhttp: without(tool('okhttp/4.12.0'), 'accept'),
  Postman: tool('PostmanRuntime/7.42.0', { 'postman-token': '8d4d6c1e' }),
  k6: without(tool('k6/0.54.0 (https://k6.io/)'), 'accept'),
  'node:http, which says nothing': { origin: shopOrigin },
  'a program with a name of its own': tool('SeatGrabber/1.0'),
  'Chrome without a window (Puppeteer, Playwright)': chromium(headless, 'HeadlessChrome";v="130', 'Linux'),
  'Chrome without a window under another agent': {
    ...chromium(blink('X11; Linux x86_64', desktop), 'HeadlessChrome";v="130', 'Linux'),
  },
  'curl as Chrome': tool(blink(windows, desktop)),
  'curl as Firefox': tool('Mozilla/5.0 (Windows NT 10.0; rv:132.0) Gecko/20100101 Firefox/132.0'),
  'curl as Safari': tool(webkit(mac, 'Version/17.6 Safari/605.1.15')),
  'curl as an iPhone inside an app': tool(webkit(iphone, 'Mobile/15E148 Instagram 334.0.4.32.98')),
  'axios as Chrome that speaks a language': tool(blink(windows, desktop), {
    ...axiosAccept,
    'accept-language': 'en-US,en;q=0.9',
  }),
  'undici as Chrome': tool(blink(windows, desktop), { 'accept-language': '*', 'sec-fetch-mode': 'cors' }),
  'Chrome without anything that scripts cannot set': without(windowsChrome, ...secHeaders),
  'Chrome whose hints are of another version': { ...windowsChrome, 'sec-ch-ua': '"Chromium";v="121"' },
  'Chrome whose hints are of another system': { ...windowsChrome, 'sec-ch-ua-platform': '"Linux"' },
  'an iPhone with hints of Chrome': {
    ...androidChrome,
    'user-agent': webkit(iphone, 'Version/17.6 Mobile/15E148 Safari/604.1'),
  },
  'Firefox with hints of Chrome': { ...windowsChrome, ...firefox(windows, 132) },
}

/** What was copied from the address bar's request instead of the page's. */
export const copiedNavigation: Headers = {
  ...windowsChrome,
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
}
