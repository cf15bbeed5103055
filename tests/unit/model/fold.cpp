#include <cotmoc/core/catalogue.hpp>

#include <doctest/doctest.h>

#include <random>

using namespace cotmoc::core;

TEST_CASE("Vietnamese folds to plain letters, composed or decomposed") {
    CHECK(fold("Đắk Glei") == "dak glei");
    CHECK(fold("\u0110a\u0306\u0301k Glei") == "dak glei");
    CHECK(fold("Đăk Plô") == "dak plo");
    CHECK(fold("NGỌC HỒI") == "ngoc hoi");
    CHECK(fold("Ngo\u0323c Ho\u0302\u0300i") == "ngoc hoi");
    CHECK(fold("ươƯƠ o\u031bu\u031b") == "uouo ou");
    CHECK(fold("áàảãạăắằẳẵặâấầẩẫậđéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵ") ==
          "aaaaaaaaaaaaaaaaadeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyy");
    CHECK(fold("ÁÀẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬĐÉÈẺẼẸÊẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÚÙỦŨỤƯỨỪỬỮỰÝỲỶỸỴ") ==
          "aaaaaaaaaaaaaaaaadeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyy");
}

TEST_CASE("other Latin letters fold to what people type for them") {
    CHECK(fold("øØ łŁ ßẞ æÆ œŒ ıİ ħĦ ŧŦ þÞ ðÐ") == "oo ll ssss aeae oeoe ii hh tt thth dd");
    CHECK(fold("Çelik Ñandú Žižek Ångström Dvořák ǆ ĳ") == "celik nandu zizek angstrom dvorak dz ij");
}

TEST_CASE("what is no letter parts words, once, and never stands at an end") {
    CHECK(fold("  Ia H'Drai -- xã (8) \t\n") == "ia h drai xa 8");
    CHECK(fold("140/KH-UBND_2024") == "140 kh ubnd 2024");
    CHECK(fold("«một»…“hai”—ba • bốn × năm ₫ 👍 sáu") == "mot hai ba bon nam sau");
    CHECK(fold("").empty());
    CHECK(fold(" .,;!? ").empty());
    CHECK(fold("so\u00adft jo\u200din\ufeff") == "soft join");
}

TEST_CASE("other scripts stay as they are") {
    CHECK(fold("ເມືອງ Attapeu") == "ເມືອງ attapeu");
    CHECK(fold("ខេត្ត រតនគិរី។") == "ខេត្ត រតនគិរី");
    CHECK(fold("中国 Россия") == "中国 Россия");
    CHECK(fold("ＡＢＣ１２（") == "abc12");
}

TEST_CASE("folding twice changes nothing, and any octets are survived") {
    std::mt19937_64 random(3);
    for (int i = 0; i < 50'000; ++i) {
        std::string text;
        for (std::size_t length = random() % 20; length > 0; --length) {
            text += static_cast<char>(random());
        }
        const std::string once = fold(text);
        REQUIRE(once.size() <= text.size());
        REQUIRE(fold(once) == once);
    }
    for (unsigned code = 0x80; code < 0x2000; ++code) {
        std::string text;
        if (code < 0x800) {
            text = {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 63))};
        } else {
            text = {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 63)),
                    static_cast<char>(0x80 | (code & 63))};
        }
        const std::string once = fold(text);
        REQUIRE(is_valid_utf8(once));
        REQUIRE(fold(once) == once);
    }
}
