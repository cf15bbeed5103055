"""Conan 2 recipe: `conan create cmake/packaging/conan` from a tree of this project.

SQLite3 Multiple Ciphers is compiled in; the folder with its sqlite3.c and sqlite3.h is named by
COTMOC_SQLITE_SOURCE_DIR, else it is .deps/sqlite3mc, where `cmake/setup.sh --no-packages` puts it.
"""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy
from conan.tools.gnu import PkgConfigDeps

# Component of find_package(cotmoc): its own libraries, other components, packages.
COMPONENTS = {
    "base": (["cotmoc_base"], [], ["tl-expected::tl-expected"]),
    "core": (["cotmoc_core", "cotmoc_sqlite"], ["base"], []),
    "crypto": (["cotmoc_crypto"], ["base"], ["libsodium::libsodium", "zstd::zstd"]),
    "sync": (["cotmoc_sync"], ["core", "crypto"], []),
    "system": (["cotmoc_system"], ["crypto"], []),
    "asio": (["cotmoc_asio"], ["sync"], []),
    "pictures": (["cotmoc_pictures"], ["base"], []),
    "records": (["cotmoc_records"], ["sync", "system", "pictures"], []),
    # The C interface is one shared library with the others inside.
    "c": (["cotmoc"], [], []),
}
PLATFORM = ("system", "asio", "pictures", "records", "c")


class CotmocConan(ConanFile):
    name = "cotmoc"
    version = "0.1.0"
    package_type = "static-library"
    license = "Apache-2.0"
    description = "Offline-first records for border districts: signed, encrypted, merged"
    topics = ("offline-first", "sync", "crdt", "sqlite")
    settings = "os", "arch", "compiler", "build_type"
    options = {"platform": [True, False], "programs": [True, False]}
    default_options = {"platform": True, "programs": False}

    @property
    def _root(self):
        return os.path.normpath(os.path.join(self.recipe_folder, "..", "..", ".."))

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "CHANGELOG.md", "cmake/*", "core/*", "crypto/*", "sync/*",
                        "platform/*", "docs/man/*"):
            copy(self, pattern, self._root, self.export_sources_folder)
        sqlite = os.environ.get("COTMOC_SQLITE_SOURCE_DIR", os.path.join(self._root, ".deps", "sqlite3mc"))
        copy(self, "sqlite3*.[ch]", sqlite, os.path.join(self.export_sources_folder, ".deps", "sqlite3mc"))

    def requirements(self):
        self.requires("tl-expected/1.1.0", transitive_headers=True)
        self.requires("libsodium/1.0.20")
        self.requires("zstd/1.5.5")
        self.requires("nlohmann_json/3.11.3")
        if self.options.platform:
            self.requires("boost/1.84.0")
        if self.options.programs:
            self.requires("cli11/2.4.1")
            self.requires("libqrencode/4.1.1")
            self.requires("libpng/1.6.43")
            self.requires("zlib/1.3.1")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.options.programs and not self.options.platform:
            raise ConanInvalidConfiguration("programs=True needs platform=True")
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("not for Windows yet")

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["COTMOC_BUILD_TESTS"] = False
        toolchain.cache_variables["COTMOC_KEYRING"] = False
        toolchain.cache_variables["COTMOC_AVAHI"] = False
        toolchain.cache_variables["CMAKE_DISABLE_FIND_PACKAGE_Java"] = True
        toolchain.cache_variables["COTMOC_THUMBNAILS"] = False
        toolchain.cache_variables["COTMOC_BUILD_PLATFORM"] = bool(self.options.platform)
        toolchain.cache_variables["COTMOC_BUILD_PROGRAMS"] = bool(self.options.programs)
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "cotmoc")
        for name, (libs, own, packages) in COMPONENTS.items():
            if name in PLATFORM and not self.options.platform:
                continue
            component = self.cpp_info.components[name]
            component.set_property("cmake_target_name", f"cotmoc::{name}")
            component.set_property("pkg_config_name", f"cotmoc-{name}")
            component.libs = libs
            component.requires = own + packages
            if self.settings.os in ("Linux", "FreeBSD") and name in ("core", "asio"):
                component.system_libs = ["pthread", "m"]
        # Used inside only: named, so that Conan does not take them for forgotten.
        self.cpp_info.components["core"].requires.append("nlohmann_json::nlohmann_json")
        if self.options.platform:
            self.cpp_info.components["asio"].requires.append("boost::headers")
        if self.options.programs:
            self.cpp_info.components["asio"].requires += [
                "cli11::cli11", "libqrencode::libqrencode", "libpng::libpng", "zlib::zlib"]
