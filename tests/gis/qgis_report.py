"""Run by the system's Python, which has QGIS: opens a folder of results and prints what QGIS reads from it, as JSON.

Usage: python3 qgis_report.py PROJECT MAP CUBE PICTURE TIME
"""

import json
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsDateTimeRange,
    QgsLayout,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutPoint,
    QgsMapLayerType,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QDateTime, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont

SIDE = 600


def raster(layer):
    """Properties of a raster layer in QGIS."""
    extent, provider = layer.extent(), layer.dataProvider()
    span = layer.temporalProperties().fixedTemporalRange()
    renderer = layer.renderer()
    seen = {
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "nodata": provider.sourceNoDataValue(1),
        "bands": [layer.bandName(band) for band in range(1, layer.bandCount() + 1)],
        "temporal": layer.temporalProperties().isActive(),
        "begin": span.begin().toUTC().toString(Qt.ISODate),
        "end": span.end().toUTC().toString(Qt.ISODate),
        "renderer": renderer.type(),
        "source": layer.source(),
        "name": layer.name(),
    }
    if renderer.type() == "singlebandpseudocolor":
        ramp = renderer.shader().rasterShaderFunction()
        seen["stops"] = [[item.value, item.color.name(), item.label] for item in ramp.colorRampItemList()]
    if renderer.type() == "paletted":
        seen["stops"] = [[item.value, item.color.name(), item.label] for item in renderer.classes()]
    return seen


def render(project, time, picture):
    """Draw what the temporal controller shows in the half day after a time."""
    settings = QgsMapSettings()
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setDestinationCrs(project.crs())
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setExtent(project.viewSettings().defaultViewExtent())
    settings.setBackgroundColor(QColor("white"))
    settings.setIsTemporal(True)
    begin = QDateTime.fromString(time, Qt.ISODate)
    settings.setTemporalRange(QgsDateTimeRange(begin, begin.addSecs(12 * 3600), True, False))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    assert job.renderedImage().save(picture)
    extent = settings.visibleExtent()
    return [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]


def render_group(project, name, time, picture):
    """Tick a group, draw, and take the tick off again."""
    group = project.layerTreeRoot().findGroup(name)
    group.setItemVisibilityChecked(True)
    render(project, time, picture.replace(".png", f"_{name.replace(' ', '_')}.png"))
    group.setItemVisibilityChecked(False)


def page(project, layer, time, picture):
    """Lay out a page as a person would print it: the map of a moment, its title, legend and provenance."""
    layout = QgsLayout(project)
    layout.initializeDefaults()  # A4, landscape
    view = QgsLayoutItemMap(layout)
    view.attemptSetSceneRect(QRectF(10, 22, 165, 165))
    view.setLayers([layer, *(one for one in project.mapLayers().values() if one.type() == QgsMapLayerType.VectorLayer)])
    view.zoomToExtent(project.viewSettings().defaultViewExtent())
    view.setFrameEnabled(True)
    layout.addLayoutItem(view)
    words = {name: project.readEntry(name, "/Label")[0] for name in ("TitleLabel", "CopyrightLabel")}
    moment = QDateTime.fromString(time, Qt.ISODate).toUTC()
    title = words["TitleLabel"].split("[%")[0] + moment.toString("yyyy-MM-dd HH:mm") + " UTC"
    for text, size, place in ((title, 15, (10, 8, 275, 10)), (words["CopyrightLabel"], 10, (10, 190, 275, 8))):
        label = QgsLayoutItemLabel(layout)
        label.setText(text)
        label.setFont(QFont("DejaVu Sans", size))
        label.attemptSetSceneRect(QRectF(*place))
        layout.addLayoutItem(label)
    legend = QgsLayoutItemLegend(layout)
    legend.setAutoUpdateModel(False)
    legend.model().rootGroup().clear()
    legend.model().rootGroup().addLayer(layer)
    legend.attemptMove(QgsLayoutPoint(180, 20))
    layout.addLayoutItem(legend)
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 96
    assert QgsLayoutExporter(layout).exportToImage(picture, settings) == QgsLayoutExporter.Success


def main(project_file, map_file, cube_file, picture, time):
    application = QgsApplication([], False)
    application.initQgis()
    # The map alone, as dragged into an empty project: its style comes from the sidecar, which QGIS's window loads
    # (QgisApp::postProcessAddedLayer) once the layer is there; what the layer loads by itself leaves the time out.
    single, quality = (QgsRasterLayer(name, "one") for name in (map_file, map_file.replace(".tif", "_quality.tif")))
    for layer in (single, quality):
        layer.loadDefaultStyle()
    cube = QgsRasterLayer(f'NETCDF:"{cube_file}":soil_moisture', "cube")
    seen = {"version": Qgis.QGIS_VERSION, "map": raster(single), "quality": raster(quality), "cube": raster(cube)}
    project = QgsProject.instance()
    seen["opened"] = project.read(project_file)
    layers = list(project.mapLayers().values())
    rasters = [layer for layer in layers if layer.type() == QgsMapLayerType.RasterLayer]
    controller = project.timeSettings()
    seen["project"] = {
        "invalid": [layer.source() for layer in layers if not layer.isValid()],
        "crs": project.crs().authid(),
        "title": project.title(),
        "groups": [group.name() for group in project.layerTreeRoot().findGroups()],
        "layers": [raster(layer) for layer in rasters],
        "vectors": [[layer.name(), layer.featureCount(), layer.labelsEnabled()] for layer in layers
                    if layer.type() == QgsMapLayerType.VectorLayer],
        "begin": controller.temporalRange().begin().toUTC().toString(Qt.ISODate),
        "end": controller.temporalRange().end().toUTC().toString(Qt.ISODate),
        "step": [controller.timeStep(), controller.timeStepUnit() == QgsUnitTypes.TemporalHours],
        "animated": project.readNumEntry("TemporalControllerWidget", "/NavigationMode")[0],
        "words": project.readEntry("CopyrightLabel", "/Label")[0],
        "drawn": render(project, time, picture),
    }  # fmt: skip
    for name in ("3 km product", "SMAP 36 km", "standard deviation"):
        render_group(project, name, time, picture)
    shown = next(one for one in rasters if one.name().startswith(time[:16].replace("T", " ")))
    page(project, shown, time, picture.replace(".png", "_page.png"))
    print(json.dumps(seen))


main(*sys.argv[1:])
