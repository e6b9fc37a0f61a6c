# passport_module(name SOURCES ... DEPS ... [LIBS ...]): a static library named passport_<name> for the module in this folder.
# passport_test(name SOURCES ... DEPS ... [LIBS ...]): a GoogleTest program, registered with ctest.
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
pkg_check_modules(SODIUM REQUIRED libsodium)
pkg_check_modules(SECP256K1 REQUIRED libsecp256k1)
pkg_check_modules(SECCOMP REQUIRED libseccomp)

add_library(passport_flags INTERFACE)
target_include_directories(passport_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(passport_flags INTERFACE
  -Wall -Wcast-align -Wconversion -Werror -Wextra -Wimplicit-fallthrough -Wpedantic -Wshadow -Wsign-conversion -Wundef -Wvla
  -fPIE -fstack-protector-strong -fcf-protection -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_FLAGS MATCHES "sanitize")
  # The trusted side is built without RTTI, so there are no types for this check to look at.
  target_compile_options(passport_flags INTERFACE -fno-sanitize=vptr)
else()
  target_compile_options(passport_flags INTERFACE -fstack-clash-protection)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(passport_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
endif()

if(PASSPORT_MSAN)
  # Only what a test marks is secret, not what is new on the stack. Instructions that MemorySanitizer cannot see through are
  # written in others; two places do without assembly (tests/ct/README.md).
  target_compile_definitions(passport_flags INTERFACE PASSPORT_MSAN)
  target_compile_options(passport_flags INTERFACE "SHELL:-mllvm -msan-poison-stack=0" "SHELL:-mllvm -msan-poison-undef=0"
    "SHELL:-include ${CMAKE_SOURCE_DIR}/tests/ct/msan_intrinsics.h")
endif()

# The trusted side is built without exceptions and RTTI: a refusal is a value (edl/base/result.h).
add_library(passport_trusted_flags INTERFACE)
target_link_libraries(passport_trusted_flags INTERFACE passport_flags)
target_compile_options(passport_trusted_flags INTERFACE -fno-exceptions -fno-rtti)
# Not -ftrivial-auto-var-init=zero: gcc 12.2 then clears live bytes of some temporaries (docs/adr/0007).

# PASSPORT_PCH: the standard headers are parsed once for each kind of code instead of once for each file: a third of the
# time of a build with clang. gcc warns wrongly with it; its builds show that every file includes what it uses.
option(PASSPORT_PCH "precompile standard headers" OFF)

# PASSPORT_UNITY: the sources of a test, of the CLI and of modules whose files share most of what they include are compiled in
# groups, which parses that once for each group: half of the time of a build. The presets `gcc` and `ct-*` compile every file alone.
option(PASSPORT_UNITY "compile sources that share most of what they include in groups" OFF)

# passport_precompile(target KIND): KIND is trusted, host or test; targets of one kind have the same compile options.
function(passport_precompile target kind)
  if(NOT PASSPORT_PCH)
    return()
  endif()
  set(owner passport_precompiled_${kind})
  if(NOT TARGET ${owner})
    file(WRITE ${CMAKE_BINARY_DIR}/${owner}.cpp "")
    add_library(${owner} OBJECT ${CMAKE_BINARY_DIR}/${owner}.cpp)
    set(headers <algorithm> <array> <deque> <functional> <map> <memory> <optional> <ranges> <set> <span> <string> <variant>
        <vector>)
    if(kind STREQUAL "trusted")
      target_link_libraries(${owner} PRIVATE passport_trusted_flags)
    elseif(kind STREQUAL "host")
      target_link_libraries(${owner} PRIVATE passport_flags)
    else()
      target_link_libraries(${owner} PRIVATE passport_flags GTest::gtest)
      passport_test_code(${owner})
      list(APPEND headers <gtest/gtest.h>)
    endif()
    target_precompile_headers(${owner} PRIVATE ${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

# Has the linker say what a trusted program is made of, in <build>/<target>.map, which tools/audit reads.
function(passport_link_map target)
  target_link_options(${target} PRIVATE -Wl,-Map=${CMAKE_BINARY_DIR}/${target}.map)
endfunction()

function(passport_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  add_library(passport_${name} STATIC ${ARG_SOURCES})
  if(name MATCHES "^(trusted|sealing|edl)")
    target_link_libraries(passport_${name} PRIVATE passport_trusted_flags)
    passport_precompile(passport_${name} trusted)
    # Nearly all of a sanitised test's time is arithmetic, which is slow until it is inlined.
    if(CMAKE_CXX_FLAGS MATCHES "sanitize" AND name MATCHES "^trusted_(crypto|curve|ot|ote|mul|sharing)$")
      target_compile_options(passport_${name} PRIVATE -O2)
    endif()
  else()
    target_link_libraries(passport_${name} PRIVATE passport_flags)
    passport_precompile(passport_${name} host)
    if(CMAKE_BUILD_TYPE STREQUAL "Release" AND name MATCHES "^(cli|tool_edlgen)$")
      target_compile_options(passport_${name} PRIVATE -O1)  # run by hand, built in every check
    endif()
  endif()
  if(name MATCHES "^(cli|trusted_(api|auth|cbor|claims|core|devices|dkg|launcher|mul|passkey|policy|proof|replica|sharing|verifier|webauthn)|untrusted_(enclave|node|store))$" OR
     (name MATCHES "^untrusted_(mesh|net)$" AND CMAKE_CXX_COMPILER_ID MATCHES Clang))  # gcc 12: coroutines of one name clash
    set_target_properties(passport_${name} PROPERTIES UNITY_BUILD ${PASSPORT_UNITY})
  endif()
  list(TRANSFORM ARG_DEPS PREPEND passport_)
  target_link_libraries(passport_${name} PUBLIC ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# A test's own code runs once: to optimise it would take longer than it saves. What it tests is optimised as always.
function(passport_test_code target)
  if(CMAKE_CXX_FLAGS MATCHES "sanitize")
    target_compile_options(${target} PRIVATE -O0)
  else()
    target_compile_options(${target} PRIVATE -O1)
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${PASSPORT_UNITY})
endfunction()

function(passport_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(test_${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPS PREPEND passport_)
  target_link_libraries(test_${name} PRIVATE passport_flags ${ARG_DEPS} ${ARG_LIBS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(test_${name} PRIVATE PASSPORT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  passport_test_code(test_${name})
  passport_precompile(test_${name} test)
  add_test(NAME ${name} COMMAND test_${name})
endfunction()

# passport_fuzz(name SOURCES ... DEPS ... [LIBS ...]): LLVMFuzzerTestOneInput and what it needs. In the preset `fuzz` the
# program bin/fuzz_<name>; in all others a part of test_fuzz_corpus, which feeds it tests/fuzz/corpus/fuzz_<name> without
# libFuzzer, so that what was found once is run again by every compiler.
function(passport_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LIBS" ${ARGN})
  list(TRANSFORM ARG_DEPS PREPEND passport_)
  set_property(GLOBAL APPEND PROPERTY PASSPORT_FUZZ_TARGETS ${name})
  if(PASSPORT_FUZZ)
    if(NOT TARGET fuzz_all)
      add_custom_target(fuzz_all)
      add_custom_target(fuzz_quick)  # those that build without the core, which nearly doubles the time of a check
    endif()
    add_executable(fuzz_${name} ${ARG_SOURCES})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzz_all fuzz_${name})
    if(NOT ARG_DEPS MATCHES "trusted_core|fuzz_(live|forms|judge)")
      add_dependencies(fuzz_quick fuzz_${name})
    endif()
  else()
    add_library(fuzz_${name} OBJECT ${ARG_SOURCES})
    target_compile_definitions(fuzz_${name} PRIVATE
      LLVMFuzzerTestOneInput=RunFuzz_${name} LLVMFuzzerCustomMutator=MutateFuzz_${name})
    passport_test_code(fuzz_${name})
    set_target_properties(fuzz_${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  target_link_libraries(fuzz_${name} PRIVATE passport_flags ${ARG_DEPS} ${ARG_LIBS})
endfunction()

# Adds every child folder that has a CMakeLists.txt, in the order given.
function(passport_add_folders)
  foreach(folder ${ARGN})
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
