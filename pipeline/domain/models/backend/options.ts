import Type from 'typebox';

/** Where tensors are computed. */
export const BackendOption = Type.Union(
  [Type.Literal('auto'), Type.Literal('gpu'), Type.Literal('native'), Type.Literal('wasm')],
  { default: 'auto', description: 'Where tensors are computed; auto: the fastest that is there' },
);
