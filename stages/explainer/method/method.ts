/** The methods by name: each makes a map of a layer's feature maps and the score's gradient over them. */
import type { HeatMap, Maps } from '../maps.ts';
import { eigenCam } from './eigen-cam.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { hiResCam } from './hires-cam.ts';
import { layerCam } from './layer-cam.ts';

export const methodNames = ['gradcam', 'gradcam++', 'hirescam', 'layercam', 'eigencam'] as const;
export type MethodName = (typeof methodNames)[number];

interface Method {
  /** As its paper writes it. */
  readonly title: string;
  /** 0 and more; the same size as the feature maps. */
  readonly map: (maps: Maps, gradients: Maps) => HeatMap;
}

export const methods: Readonly<Record<MethodName, Method>> = {
  gradcam: { title: 'Grad-CAM', map: gradCam },
  'gradcam++': { title: 'Grad-CAM++', map: gradCamPlusPlus },
  hirescam: { title: 'HiResCAM', map: hiResCam },
  layercam: { title: 'LayerCAM', map: layerCam },
  eigencam: { title: 'EigenCAM', map: eigenCam },
};
