// swift-tools-version:5.9
// The binary that make_xcframework.sh has put beside this file, as a Swift package. The framework is dynamic, so that
// categories are loaded without linker flags.
import PackageDescription

let package = Package(
    name: "Cotmoc",
    platforms: [.iOS(.v13)],
    products: [.library(name: "Cotmoc", targets: ["Cotmoc"])],
    targets: [.binaryTarget(name: "Cotmoc", path: "Cotmoc.xcframework")]
)
