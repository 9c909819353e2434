/** The methods by name. */
import type { HeatMap, Maps } from '../maps.ts';
import { eigenCam } from './eigen-cam.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { hiResCam } from './hires-cam.ts';
import { layerCam } from './layer-cam.ts';

/** Methods that make a map of a layer's feature maps and the score's gradient over them: one pass there and back. */
export const methodNames = ['gradcam', 'gradcam++', 'hirescam', 'layercam', 'eigencam'] as const;
export type MethodName = (typeof methodNames)[number];

interface Method {
  /** As its paper writes it. */
  readonly title: string;
  /** 0 and more; the same size as the feature maps. */
  readonly map: (maps: Maps, gradients: Maps) => HeatMap;
}

/** How each makes its map. */
export const methods: Readonly<Record<MethodName, Method>> = {
  gradcam: { title: 'Grad-CAM', map: gradCam },
  'gradcam++': { title: 'Grad-CAM++', map: gradCamPlusPlus },
  hirescam: { title: 'HiResCAM', map: hiResCam },
  layercam: { title: 'LayerCAM', map: layerCam },
  eigencam: { title: 'EigenCAM', map: eigenCam },
};

/** Methods that run the network on hundreds of changed pictures instead. */
export const blackBoxNames = ['scorecam', 'drise'] as const;
export type BlackBoxName = (typeof blackBoxNames)[number];

/** Every method that can be asked for. */
export const allMethodNames = [...methodNames, 'cam', ...blackBoxNames] as const;
export type AnyMethodName = (typeof allMethodNames)[number];

/** Whether the method asks only for scores of changed pictures. */
export function isBlackBox(method: AnyMethodName): method is BlackBoxName {
  return method === 'scorecam' || method === 'drise';
}

/** As its paper writes it. */
export function titleOf(method: AnyMethodName): string {
  const others = { cam: 'CAM', scorecam: 'Score-CAM', drise: 'D-RISE' };
  return method === 'cam' || isBlackBox(method) ? others[method] : methods[method].title;
}
