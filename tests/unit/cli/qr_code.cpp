#include "qr_code.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cotmoc;
using namespace cotmoc::cli;

TEST_CASE("a QR code has its three finder patterns, and what does not fit is refused") {
    const auto code = make_qr_code("25b33761-c66f3245-c13cbb35-24a368ae-0deb67fa-0f039dff-eb3d68cf-249323eb");
    REQUIRE(code);
    CHECK(code->width >= 21);
    CHECK((code->width - 21) % 4 == 0);
    CHECK(code->dark.size() == code->width * code->width);
    const std::size_t last = code->width - 7;
    for (const auto& [x, y] : {std::pair<std::size_t, std::size_t>{0, 0}, {last, 0}, {0, last}}) {
        for (std::size_t i = 0; i < 7; ++i) {
            for (std::size_t j = 0; j < 7; ++j) {
                const bool border = i == 0 || j == 0 || i == 6 || j == 6;
                const bool core = i >= 2 && i <= 4 && j >= 2 && j <= 4;
                CHECK(code->at(x + i, y + j) == (border || core));
            }
        }
    }
    CHECK(make_qr_code(std::string(399, 'A')));  // the longest request
    CHECK(!make_qr_code(std::string(4000, 'A')));
}

TEST_CASE("on a terminal a line of blocks shows two rows, with a quiet zone all round") {
    const QrCode code{2, {true, false, true, true}};
    const std::string text = terminal_blocks(code);
    CHECK(std::ranges::count(text, '\n') == 5);  // 2 and twice 4 rows
    const std::string middle = "\x1b[30;107m    \u2588\u2584    \x1b[0m\n";
    CHECK(text.find(middle) != std::string::npos);
}

TEST_CASE("a picture is a PNG of its size") {
    Picture picture(120, 40);
    picture.draw("don-bo-y 7", 0, 0, 2);
    picture.draw(QrCode{1, {true}}, 100, 30, 100);  // what lies outside is cut off
    const auto png = picture.png();
    REQUIRE(png);
    CHECK(as_text(BytesView(*png).subspan(1, 3)) == "PNG");
    CHECK((*png)[19] == 120);
    CHECK((*png)[23] == 40);
}
