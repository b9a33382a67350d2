# SPDX-License-Identifier: Apache-2.0
"""The page of the report as a reader sees it."""

import os
import re
import shutil

import pytest

from tests.test_page import page, reports

__all__ = ["page", "reports"]

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
        return [row.text for row in self.browser.find_elements("css selector", "#figures tbody tr")]

    def column(self, name):
        heads = [head.text for head in self.browser.find_elements("css selector", "#figures th")]
        number = next(number for number, head in enumerate(heads, 1) if head.rstrip(" \u2191\u2193") == name)
        return [cell.text for cell in self.browser.find_elements("css selector", f"#figures td:nth-child({number})")]

    def head(self, name):
        return self.browser.find_element("xpath", f"//table[@id='figures']//th/button[text()='{name}']")

    def legend(self):
        return [entry.text for entry in self.browser.find_elements("css selector", "#legend span")]

    def script(self, words):
        return self.browser.execute_script(f"return {words}")

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
    assert opened.options("run") == ["first, host, 2026-11-25", "second, guest, 2026-11-25"]
    assert len(opened.rows()) == 9
    assert "Some CPU" in opened.text("conditions")
    assert "QEMU" not in opened.text("conditions")


@pytest.mark.browser
def test_the_chart_begins_with_the_curves_of_one_size_of_the_first_plot(opened, browser):
    assert opened.legend() == ["tcp", "zmq"]
    ticked = [row.text for row in browser.find_elements("css selector", "#figures tr:has(input:checked)")]
    assert [row.split(" 100 B ")[0] for row in ticked] == ["tcp", "zmq"]
    opened.choose("filter-loop", "closed")
    assert len(opened.curves()) == 6


@pytest.mark.browser
def test_filters_narrow_the_table_and_the_curves(opened):
    opened.choose("filter-way", "zmq")
    assert len(opened.rows()) == 3
    assert len(opened.curves()) == 3
    opened.choose("filter-payload", "10 B")
    assert len(opened.rows()) == 1
    assert "zmq" in opened.rows()[0]
    assert len(opened.curves()) == 1
    assert opened.text("count").startswith("1 of 11 measurements; mix a third each of put, get and delete; value 10 B;")


@pytest.mark.browser
def test_another_run_shows_its_emulated_device(opened):
    opened.choose("run", "second, guest, 2026-11-25")
    assert len(opened.rows()) == 2
    assert any("rdma, ring get (emulated)" in row for row in opened.rows())
    assert "Soft-RoCE, emulated" in opened.text("conditions")


@pytest.mark.browser
def test_a_choice_that_another_rules_out_is_given_up(opened):
    opened.choose("filter-way", "zmq")
    opened.choose("run", "second, guest, 2026-11-25")
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
    opened.browser.find_elements("css selector", "#figures input")[0].click()
    assert len(opened.curves()) == 2
    assert len(opened.rows()) == 3


@pytest.mark.browser
def test_it_opens_with_the_figures_and_the_plot_of_throughput_above_the_fold(opened, browser):
    heads = [head.text for head in browser.find_elements("css selector", "#first-figures th")]
    assert heads == ["transport", "value", "requests/s", "p50", "p99"]
    assert len(browser.find_elements("css selector", "#first-figures tbody tr")) == 6
    top = "document.querySelector('{}').getBoundingClientRect().top"
    assert max(opened.script(top.format(each)) for each in ("#first-figures", "#first-plot img")) < 300


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_cut_and_the_page_is_never_wider_than_the_window(opened, browser, width):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        browser.get(browser.current_url)
        assert opened.script("document.documentElement.scrollWidth") <= width
        wide = opened.script(
            "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth).length"
        )
        assert width < 1280 or wide == 0
        assert opened.script("document.querySelector('#chart svg').getBoundingClientRect().width") <= width
        # A unit of the chart is a pixel, so that its text is as large as it says.
        assert opened.script("document.querySelector('#chart svg').getScreenCTM().a") == pytest.approx(1)
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.browser
def test_a_press_on_a_column_sorts_by_it_and_another_turns_it_round(opened):
    before = opened.column("p50")
    opened.head("p50").click()
    rising = opened.column("p50")
    assert sorted(before) == sorted(rising)
    assert [in_nanoseconds(text) for text in rising if text] == sorted(in_nanoseconds(text) for text in before if text)
    assert opened.head("p50").find_element("xpath", "..").get_attribute("aria-sort") == "ascending"
    opened.head("p50").click()
    assert [text for text in opened.column("p50") if text] == [text for text in rising if text][::-1]
    assert opened.column("p50")[-1] == ""


def in_nanoseconds(text):
    number, unit = text.split()
    return float(number) * {"ns": 1, "us": 1e3, "ms": 1e6}[unit]


@pytest.mark.browser
def test_tables_are_sorted_with_the_keyboard_too_and_stay_sorted_when_rows_go(opened):
    from selenium.webdriver.common.keys import Keys

    opened.head("requests/s").send_keys(Keys.ENTER)
    opened.choose("filter-loop", "closed")
    opened.choose("filter-way", "zmq")
    opened.choose("filter-way", "all")
    rates = [int(text.replace(",", "")) for text in opened.column("requests/s")]
    assert rates == sorted(rates)
    assert len(rates) == 6


@pytest.mark.browser
def test_the_address_holds_what_was_chosen_and_shows_it_again(opened, browser):
    assert "#" not in browser.current_url
    opened.choose("filter-way", "zmq")
    opened.choose("filter-payload", "100 B")
    opened.choose("operation", "get")
    opened.show("histogram")
    address, rows, chart = browser.current_url, opened.rows(), opened.text("chart")
    assert "run=first" in address
    browser.get("about:blank")
    browser.get(address)
    assert opened.rows() == rows
    assert opened.text("chart") == chart
    assert opened.script("document.getElementById('operation').value") == "get"
    assert browser.current_url == address


@pytest.mark.browser
def test_an_address_of_another_report_is_taken_as_far_as_it_goes(opened, browser):
    browser.get(f"{browser.current_url}#run=gone&way=carrier+pigeon&payload=10&operation=sing&view=ballet")
    assert len(opened.rows()) == 2
    assert opened.text("shown").startswith("first, host")
    assert browser.get_log("browser") == []


@pytest.mark.browser
def test_legends_name_only_what_differs_among_the_curves(opened, browser):
    opened.choose("filter-payload", "10 B")
    assert opened.legend() == ["tcp", "zmq"]
    opened.choose("filter-payload", "all")
    opened.choose("filter-way", "zmq")
    assert opened.legend() == ["value 10 B", "value 100 B", "value 1000 B"]
    browser.find_elements("css selector", "#figures input")[0].click()
    assert opened.legend() == ["value 100 B", "value 1000 B"]
    opened.choose("filter-payload", "10 B")
    assert opened.legend() == ["zmq"]


@pytest.mark.browser
def test_colours_are_those_of_the_system_until_others_are_chosen(opened, browser):
    def paper():
        return opened.script("getComputedStyle(document.body).backgroundColor")

    def system(scheme):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)

    source = "decodeURIComponent(document.querySelector('#first-plot img').src)"
    try:
        system("light")
        light = paper()
        system("dark")
        dark = paper()
        assert light != dark
        assert "@media (prefers-color-scheme:dark)" in opened.script(source)
        opened.choose("theme", "light")
        assert paper() == light
        assert "@media not all" in opened.script(source)
        system("light")
        opened.choose("theme", "dark")
        assert paper() == dark
        assert "@media all" in opened.script(source)
        browser.get(browser.current_url)
        assert paper() == dark
    finally:
        opened.choose("theme", "as the system")
        system("")


@pytest.mark.browser
def test_pointing_at_the_chart_reads_out_a_percentile(opened):
    from selenium.webdriver import ActionChains

    opened.choose("filter-way", "tcp")
    opened.choose("filter-payload", "10 B")
    chart = opened.browser.find_element("css selector", "#chart svg")
    ActionChains(opened.browser).move_to_element_with_offset(chart, 40, 0).perform()
    assert re.search(r"\d+\.\d+ %: tcp.*: [\d.]+ (ns|us|ms)", opened.text("reading"))
    # What a reading makes longer is no reason to draw anew, which would take the reading away.
    before = opened.browser.find_element("css selector", "#chart svg")
    opened.browser.execute_async_script(
        "document.getElementById('reading').style.height = '9em'; setTimeout(arguments[0], 200)"
    )
    assert opened.browser.find_element("css selector", "#chart svg") == before
    assert opened.text("reading")


@pytest.mark.browser
def test_every_control_has_a_name_and_the_chart_says_what_it_shows(opened, browser):
    controls = [each for each in browser.find_elements("css selector", "select, input, button") if each.is_displayed()]
    assert len(controls) > 20
    for control in controls:
        assert control.accessible_name.strip(), control.get_attribute("outerHTML")
    assert "Latency by percentile of tcp" in browser.find_element("css selector", "#chart svg").accessible_name
    for picture in browser.find_elements("css selector", "img"):
        assert picture.get_attribute("alt")


@pytest.mark.browser
def test_the_plots_are_in_the_page(opened, browser):
    pictures = browser.find_elements("css selector", "figure img")
    assert len(pictures) >= 4
    for picture in pictures:
        browser.execute_script("arguments[0].scrollIntoView()", picture)
        browser.execute_async_script("arguments[0].decode().then(arguments[1])", picture)
        assert picture.size["width"] > 200
    assert browser.get_log("browser") == []
