# SPDX-License-Identifier: Apache-2.0
"""The page of the report in a real browser."""

import json
import os
import re
import shutil

import pytest

from tests.files import latencies, perf, perf_closed_2, perf_open, write_json
from wisp_tools.drawings import draw_all
from wisp_tools.report.contents import RunReport
from wisp_tools.report.page import page_data, write_page
from wisp_tools.report.studies import Study
from wisp_tools.results.runs import load_run

BROWSER, DRIVER = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1200,2000",
)


def make_reports(folder):
    for transport, rate in (("tcp", 12_000), ("zmq", 5_000)):
        for payload in (10, 100, 1000):
            values = latencies(int(1e9 / rate), 300, payload)
            write_json(folder / "first" / f"{transport}-{payload}.json", perf(transport, rate, payload, values=values))
    write_json(folder / "first" / "load.json", perf_open("tcp", 20_000, [4_000, 16_000, 40_000]))
    for transport, get in (("tcp", None), ("rdma", "ring")):
        file = perf(transport, get=get, emulated=get is not None, cpu="QEMU TCG CPU")
        write_json(folder / "second" / f"{transport}.json", file)
    return [RunReport.of(load_run(folder / name), folder / name) for name in ("first", "second")]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return make_reports(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def page(reports, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    for report in reports:
        draw_all(report.run.name, report.drawings, folder / "plots")
    write_page(folder / "report.html", reports, folder / "plots")
    return folder / "report.html"


def test_what_a_file_says_is_never_taken_for_a_place_of_the_page(tmp_path):
    keys = "/*DATA*/<!--STUDIES-->/*PROGRAM*/"
    file = perf_closed_2()
    file["settings"]["keys"] = keys
    write_json(tmp_path / "run" / "one.json", file)
    run = load_run(tmp_path / "run")
    study = Study("/*DATA*/", "<!--PLOTS--> /*STYLE*/", ("/*PROGRAM*/",), (("<!--STUDIES-->",),))
    write_page(tmp_path / "report.html", [RunReport(run, (), None)], tmp_path / "plots", [study])
    page = (tmp_path / "report.html").read_text()
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    (point,) = json.loads(data)["points"]
    assert keys in point["load"]
    assert "<h2>/*DATA*/</h2>" in page
    assert page.count(data[:60]) == 1


def test_the_page_refers_to_nothing_outside_of_itself(page):
    text = page.read_text()
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", text)
    assert not re.search(r"@import|url\(", text)


def test_the_data_cannot_end_the_script_that_holds_it(reports, tmp_path, monkeypatch):
    evil = "</script><b>"
    monkeypatch.setattr("wisp_tools.wording.conditions", lambda points: evil)
    monkeypatch.setattr("wisp_tools.report.page._plots", lambda report, plots: "")
    write_page(tmp_path / "report.html", reports, tmp_path)
    assert evil not in (tmp_path / "report.html").read_text()


def test_a_saturated_measurement_has_no_latency_in_the_data(reports):
    points = page_data(reports)["points"]
    saturated = [point for point in points if point["saturated"]]
    assert len(saturated) == 1
    assert saturated[0]["operations"] == {}
    assert json.dumps(points, allow_nan=False)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if not BROWSER or not DRIVER:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium with its driver, which in CI is a failure")
        pytest.skip("THE PAGE WAS NOT TESTED IN A BROWSER: install chromium and chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser, page):
    browser.get(page.as_uri())
    return Page(browser)


class Page:
    def __init__(self, browser):
        self.browser = browser

    def choose(self, name, text):
        from selenium.webdriver.support.select import Select

        Select(self.browser.find_element("id", name)).select_by_visible_text(text)

    def options(self, name):
        return [option.text for option in self.browser.find_elements("css selector", f"#{name} option")]

    def rows(self):
        return [row.text for row in self.browser.find_elements("css selector", "#table tbody tr")]

    def curves(self):
        return self.browser.find_elements("css selector", "#chart path.curve")

    def text(self, name):
        return self.browser.find_element("id", name).text

    def show(self, view):
        self.browser.find_element("css selector", f"input[value={view}]").click()


@pytest.mark.browser
def test_the_page_opens_without_a_word_in_the_console_and_loads_nothing(opened, browser):
    assert opened.rows()
    assert browser.get_log("browser") == []
    resources = "performance.getEntriesByType('resource')"
    assert browser.execute_script(f"return {resources}.filter(e => !e.name.startsWith('data:')).length") == 0


@pytest.mark.browser
def test_it_begins_with_one_run_so_that_machines_do_not_mix(opened):
    assert opened.options("filter-run") == ["first, host", "second, guest"]
    assert len(opened.rows()) == 9
    assert "Some CPU" in opened.text("conditions")
    assert "QEMU" not in opened.text("conditions")


@pytest.mark.browser
def test_filters_narrow_the_table_and_the_curves(opened):
    opened.choose("filter-way", "zmq")
    assert len(opened.rows()) == 3
    assert len(opened.curves()) == 3
    opened.choose("filter-payload", "10 B")
    assert len(opened.rows()) == 1
    assert "zmq" in opened.rows()[0]
    assert len(opened.curves()) == 1
    assert opened.text("count") == "1 of 11 measurements"


@pytest.mark.browser
def test_another_run_shows_its_emulated_device(opened):
    opened.choose("filter-run", "second, guest")
    assert len(opened.rows()) == 2
    assert any("rdma, ring get (emulated)" in row for row in opened.rows())
    assert "Soft-RoCE, emulated" in opened.text("conditions")


@pytest.mark.browser
def test_a_choice_that_another_rules_out_is_given_up(opened):
    opened.choose("filter-way", "zmq")
    opened.choose("filter-run", "second, guest")
    assert len(opened.rows()) == 2


@pytest.mark.browser
def test_a_histogram_appears_with_ink_and_other_axes(opened):
    opened.choose("filter-way", "tcp")
    opened.choose("filter-payload", "10 B")
    before = opened.text("chart")
    opened.show("histogram")
    (curve,) = opened.curves()
    assert curve.size["height"] > 100
    assert "share of requests" in opened.text("chart")
    assert opened.text("chart") != before


@pytest.mark.browser
def test_the_saturated_rate_is_listed_as_such_and_never_drawn(opened):
    opened.choose("filter-loop", "open")
    rows = opened.rows()
    assert sum("(saturated)" in row for row in rows) == 1
    assert len(opened.curves()) == 2
    boxes = opened.browser.find_elements("css selector", "tr.saturated input")
    assert [box.is_enabled() for box in boxes] == [False]


@pytest.mark.browser
def test_a_row_can_be_taken_out_of_the_chart(opened):
    opened.choose("filter-way", "zmq")
    opened.browser.find_elements("css selector", "#table input")[0].click()
    assert len(opened.curves()) == 2
    assert len(opened.rows()) == 3


@pytest.mark.browser
def test_pointing_at_the_chart_reads_out_a_percentile(opened):
    from selenium.webdriver import ActionChains

    opened.choose("filter-way", "tcp")
    opened.choose("filter-payload", "10 B")
    chart = opened.browser.find_element("css selector", "#chart svg")
    ActionChains(opened.browser).move_to_element_with_offset(chart, 40, 0).perform()
    assert re.search(r"\d+\.\d+ %: tcp.*: [\d.]+ (ns|us|ms)", opened.text("reading"))


@pytest.mark.browser
def test_every_control_has_a_name_and_the_chart_says_what_it_shows(opened, browser):
    for control in browser.find_elements("css selector", "select, input"):
        assert control.accessible_name.strip(), control.get_attribute("outerHTML")
    assert "Latency by percentile of tcp" in browser.find_element("css selector", "#chart svg").accessible_name
    for picture in browser.find_elements("css selector", "img"):
        assert picture.get_attribute("alt")


@pytest.mark.browser
def test_the_plots_are_in_the_page(opened, browser):
    for summary in browser.find_elements("css selector", "summary"):
        summary.click()
    pictures = browser.find_elements("css selector", "figure img")
    assert len(pictures) >= 4
    for picture in pictures:
        browser.execute_script("arguments[0].scrollIntoView()", picture)
        browser.execute_async_script("arguments[0].decode().then(arguments[1])", picture)
        assert picture.size["width"] > 200
    assert browser.get_log("browser") == []
