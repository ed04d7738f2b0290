// In the place of boot.js while `./dev profile` looks which functions a first visit enters.
import { __wbg_finalize_init, __wbg_get_imports } from 'glue';

export { hydrate } from 'glue';

globalThis.entered = new Set();

export default async function start({ module_or_path }) {
  const trace = { enter: (id) => globalThis.entered.add(id) };
  const { instance, module } = await WebAssembly.instantiateStreaming(fetch(module_or_path), { ...__wbg_get_imports(), trace });
  __wbg_finalize_init(instance, module);
}
