// http.mjs LIBRARY HOST...: asks each host for a page, as programs with LIBRARY do.
import { createRequire } from 'node:module';
import process from 'node:process';

const [library, ...hosts] = process.argv.slice(2);
const root = (process.env.NODE_PATH || '') + '/x.js';
const require = createRequire('file://' + root);

async function load(name) {
  try {
    return require(name);
  } catch (problem) {
    return import(require.resolve(name));
  }
}

function plain(module, url) {
  return new Promise((resolve, reject) => {
    const request = module.get(url, { timeout: 5000, rejectUnauthorized: !/\d+\.\d+$/.test(url) }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('timeout')));
  });
}

function h2(http2, url) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(url);
    session.on('error', reject);
    const request = session.request({ ':path': '/' });
    request.on('error', reject);
    request.resume();
    request.on('end', () => { session.close(); resolve(); });
    setTimeout(() => { session.destroy(); resolve(); }, 3000).unref();
  });
}

async function getter() {
  switch (library) {
    case 'https': { const https = await import('node:https'); return (url) => plain(https.default, url); }
    case 'http2': { const http2 = await import('node:http2'); return (url) => h2(http2.default, url); }
    case 'fetch': return async (url) => (await fetch(url)).text();
    case 'axios': { const axios = await load('axios'); return (url) => (axios.default || axios).get(url, { timeout: 5000 }); }
    case 'got': { const got = (await import(process.env.NODE_PATH + '/got/dist/source/index.js')).default; return (url) => got(url, { retry: { limit: 0 }, timeout: { request: 5000 }, http2: url.length % 2 === 0 }); }
    case 'undici': { const undici = await load('undici'); return async (url) => { const { body } = await undici.request(url); await body.text(); await (await undici.fetch(url)).text(); }; }
    case 'node-fetch': { const f = (await import(process.env.NODE_PATH + '/node-fetch/src/index.js')).default; return async (url) => (await f(url)).text(); }
    case 'ws': {
      const WebSocket = await load('ws');
      return (url) => new Promise((resolve) => {
        const socket = new WebSocket(url.replace('https', 'wss'), { handshakeTimeout: 5000 });
        socket.on('error', resolve); socket.on('open', resolve); socket.on('unexpected-response', () => { socket.terminate(); resolve(); });
      });
    }
    default: throw new Error('no library ' + library);
  }
}

const get = await getter();
for (const host of hosts) {
  for (const path of ['/', '/api']) {
    try {
      await get(`https://${host}${path}`);
    } catch (problem) {
      console.log(host, String(problem.cause || problem).slice(0, 200));
    }
  }
}
process.exit(0);
