"""What drivers, CUDA's libraries and frameworks say of GPUs: which finding each line speaks for.

Of each row: a text in which it speaks, what is answered, and a text that resembles it in which it does not.
"""

from __future__ import annotations

import pytest

from tests.support.logs import said, verdict

ROWS = [
    (
        "cuda-busy",
        "RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable",
        ("undetermined", "WL406"),
        "the printer is busy or unavailable",
    ),
    (
        "cuda-not-initialised",
        "RuntimeError: CUDA error: initialization error",
        ("undetermined", "WL402"),
        "the odd error: initialization errors were counted",
    ),
    (
        "cuda-unknown-error",
        "RuntimeError: CUDA error: unknown error",
        ("undetermined", "WL402"),
        "the CUDA build ended with an unknown option",
    ),
    (
        "cuda-operating-system",
        "Error 304: OS call failed or operation not supported on this OS",
        ("undetermined", "WL406"),
        "the operation is not supported on this OS",
    ),
    (
        "cuda-driver-mismatch",
        "cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        ("undetermined", "WL403"),
        "ERROR_SYSTEM_DRIVER was odd",
    ),
    (
        "cuda-not-ready",
        "Unexpected error from cudaGetDeviceCount(). Error 802: system not yet initialized",
        ("undetermined", "WL402"),
        "the odd system is not yet complete",
    ),
    (
        "cuda-mps",
        "CUDA error: MPS client failed to connect to the MPS control daemon or the MPS server",
        ("undetermined", "WL406"),
        "RuntimeError: MPS backend ran",
    ),
    (
        "cuda-ptx-compiler",
        "CUDA error: PTX JIT compiler library not found",
        ("undetermined", "WL402"),
        "the odd compiler library was made",
    ),
    (
        "cuda-ptx-disabled",
        "CUDA error: PTX JIT compilation was disabled",
        ("undetermined", "WL404"),
        "compilation was disabled by hand",
    ),
    (
        "cuda-symbol-in-module",
        "RuntimeError: CUDA error: named symbol not found",
        ("undetermined", "WL404"),
        "odd: named symbol not found in the drawing",
    ),
    (
        "cuda-shared-object",
        "CUDA error: shared object initialization failed",
        ("undetermined", "WL206"),
        "the shared object initialization failed to be odd",
    ),
    (
        "cuda-program-failed",
        "RuntimeError: CUDA error: device-side assert triggered",
        ("undetermined", "WL903"),
        "the assert was not triggered",
    ),
    (
        "nvml-not-allowed",
        "Failed to initialize NVML: Unknown Error",
        ("undetermined", "WL406"),
        "Failed to initialize NVML quickly",
    ),
    (
        "nvml-blocked",
        "Failed to initialize NVML: GPU access blocked by the operating system",
        ("undetermined", "WL402"),
        "access blocked by the operator",
    ),
    (
        "nvml-function",
        "pynvml.NVMLError_FunctionNotFound: Function Not Found",
        ("undetermined", "WL403"),
        "the function was not found",
    ),
    (
        "container-without-runtime",
        "docker: Error response from daemon: unknown or invalid runtime name: nvidia.",
        ("undetermined", "WL406"),
        "docker: the runtime has a name",
    ),
    (
        "cudnn-runtime-status",
        "RuntimeError: cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        ("undetermined", "WL206"),
        "CUDNN_STATUS_SUCCESS, and no engine to execute",
    ),
    (
        "cublas-status",
        "RuntimeError: CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasSgemm`",
        ("undetermined", "WL206"),
        "CUBLAS_STATUS_SUCCESS",
    ),
    (
        "cuda-math-status",
        "RuntimeError: cuFFT error: CUFFT_INTERNAL_ERROR",
        ("undetermined", "WL206"),
        "CUSOLVER_STATUS_SUCCESS",
    ),
    (
        "tensorrt-initialisation",
        "[TRT] [E] CUDA initialization failure with error: 100",
        ("undetermined", "WL402"),
        "[TRT] CUDA initialization was a success",
    ),
    (
        "tensorrt-driver",
        "[TRT] [W] CUDA initialization failure with error: 35",
        ("undetermined", "WL403"),
        "[TRT] CUDA initialization failure with error: 100",
    ),
    (
        "tensorrt-gpu-too-old",
        "[TRT] [E] Error Code 1: Target GPU SM 61 is not supported by this TensorRT release.",
        ("fails", "WL404"),
        "this layer is not supported by this TensorRT parser",
    ),
    (
        "xla-toolkit",
        "InternalError: libdevice not found at ./libdevice.10.bc",
        ("undetermined", "WL202"),
        "-- Found libdevice",
    ),
    (
        "numba-libnvvm",
        "NvvmSupportError: libNVVM cannot be found.",
        ("undetermined", "WL201"),
        "libNVVM was found",
    ),
    (
        "nvvm-architecture",
        "NvvmError: NVVM_ERROR_INVALID_OPTION - -arch=compute_120",
        ("undetermined", "WL404"),
        "NVVM_ERROR_INVALID_OPTION - -opt=9",
    ),
    (
        "gpu-said-unavailable",
        "RuntimeError: CUDA is not available",
        ("undetermined", "WL405"),
        "CUDA is available, and so is the GPU",
    ),
    (
        "torch-not-linked",
        "RuntimeError: PyTorch is not linked with support for xpu devices",
        ("fails", "WL405"),
        "it is linked with support for xpu devices",
    ),
    (
        "torch-not-built-in",
        "RuntimeError: Distributed package doesn't have NCCL built in",
        ("fails", "WL405"),
        "the package doesn't have a hat",
    ),
    (
        "torch-c-without-cuda",
        "AttributeError: module 'torch._C' has no attribute '_cuda_setDevice'",
        ("undetermined", "WL405"),
        "AttributeError: module 'odd._C' has no attribute '_cuda_setDevice'",
    ),
    (
        "tensorflow-no-gpu-listed",
        ">>> tf.config.list_physical_devices('GPU')\n[]",
        ("undetermined", "WL405"),
        "tf.config.list_physical_devices('GPU')\n[PhysicalDevice(name='0')]",
    ),
    (
        "torch-attention-generation",
        "FATAL: kernel `odd_sm80` is for sm80-sm100, but was built for sm37",
        ("undetermined", "WL404"),
        "the house was built for small people",
    ),
    (
        "xformers-without-cuda",
        "xFormers wasn't build with CUDA support",
        ("undetermined", "WL405"),
        "xFormers was built with CUDA support",
    ),
    (
        "torch-operators-of-extension",
        "AttributeError: '_OpNamespace' '_C' object has no attribute 'odd_norm'",
        ("undetermined", "WL304"),
        "'OddNamespace' object has no attribute 'odd_norm'",
    ),
    (
        "triton-ptxas",
        "RuntimeError: Internal Triton PTX codegen error: ptxas fatal",
        ("undetermined", "WL404"),
        "ptxas codegen went well",
    ),
    (
        "triton-no-driver",
        "RuntimeError: 0 active drivers ([]). There should only be one.",
        ("undetermined", "WL402"),
        "the active drivers (two) won",
    ),
    (
        "triton-installation",
        "RuntimeError: Cannot find a working triton installation.",
        ("undetermined", "WL506"),
        "a working installation of triton",
    ),
    (
        "bitsandbytes-no-library",
        "NameError: name 'str2optimizer32bit' is not defined",
        ("undetermined", "WL405"),
        "NameError: name 'odd' is not defined",
    ),
    (
        "ctranslate2-compute-type",
        (
            "ValueError: Requested float16 compute type, but the target device or backend do not "
            "support efficient float16 computation."
        ),
        ("undetermined", "WL404"),
        "the target device supports float16",
    ),
    (
        "onnxruntime-api-version",
        ("The requested API version [28] is not available, only API versions [1, 17] are supported in this build."),
        ("undetermined", "WL206"),
        "The requested version is not available",
    ),
    (
        "jaxlib-version",
        "RuntimeError: jaxlib is version 0.1.0, but this version of jax requires version >= 0.1.2.",
        ("fails", "WL304"),
        "jaxlib is version 0.1.0",
    ),
    (
        "intel-extension-torch",
        "ERROR! Intel Extension for PyTorch* needs to work with PyTorch 2.1.*, but PyTorch 2.3.0 is found.",
        ("fails", "WL304"),
        "the extension works with PyTorch",
    ),
    (
        "paddle-architecture",
        "Mismatched GPU Architecture: The installed PaddlePaddle package is compiled for 70 75",
        ("fails", "WL404"),
        "the architecture of the GPU",
    ),
    (
        "mxnet-without-cuda",
        "MXNetError: Compile with USE_CUDA=1 to enable GPU usage",
        ("fails", "WL405"),
        "build with USE_CUDA=1",
    ),
    (
        "ggml-cuda-not-started",
        "ggml_cuda_init: failed to initialize CUDA: (null)",
        ("undetermined", "WL402"),
        "ggml_vulkan: Found 1 Vulkan devices:",
    ),
    (
        "llvm-gpu-intrinsic",
        "LLVM ERROR: Cannot select: intrinsic %llvm.nvvm.odd",
        ("undetermined", "WL404"),
        "LLVM: select an intrinsic",
    ),
    (
        "hip-not-started",
        "RuntimeError: No HIP GPUs are available",
        ("undetermined", "WL406"),
        "HIP GPUs are available",
    ),
    (
        "hip-code",
        "HIP error: shared object initialization failed",
        ("undetermined", "WL404"),
        "HIP error: none",
    ),
    (
        "opencl-no-device",
        "clGetDeviceIDs failed: DEVICE_NOT_FOUND",
        ("undetermined", "WL402"),
        "clGetDeviceIDs found 2",
    ),
    (
        "cuda-no-kernel-image",
        "cuModuleLoad: CUDA_ERROR_NO_BINARY_FOR_GPU",
        ("fails", "WL404"),
        "there is no binary for the GPU",
    ),
    (
        "gpu-of-older-generation",
        "Ignoring visible gpu device: The minimum required Cuda capability is 3.7.",
        ("undetermined", "WL404"),
        "the minimum required CUDA is 3.7",
    ),
    (
        "provider-requires",
        "Failed to create TensorrtExecutionProvider.",
        ("undetermined", "WL204"),
        "Failed to create OddExecutionProvider.",
    ),
    (
        "tensorrt-part",
        "[TRT] [E] Unable to load library: libnvinfer_odd.so.8.6.1",
        ("undetermined", "WL202"),
        "[E] Unable to load library: libodd.so.8.6.1",
    ),
    (
        "part-not-in-this-build",
        "AttributeError: module 'faiss' has no attribute 'GpuIndexFlatL2'",
        ("fails", "WL405"),
        "AttributeError: module 'faiss' has no attribute 'IndexOdd'",
    ),
    (
        "numba-cuda",
        "CudaSupportError: Error at driver init: odd",
        ("undetermined", "WL402"),
        "Error at the driver's init",
    ),
    (
        "metal-shaders",
        "error: Error Domain=MTLLibraryErrorDomain Code=3",
        ("undetermined", "WL504"),
        "Error Domain=NSOddDomain Code=3",
    ),
    (
        "opencl-no-device",
        ("Number of platforms                               1\nNumber of devices                                 0"),
        ("undetermined", "WL402"),
        "Number of devices                                 2",
    ),
    (
        "cuda-newer-driver-call",
        "CUDA error: API call is not supported in the installed CUDA driver",
        ("fails", "WL403"),
        "the call is supported in the driver",
    ),
    (
        "nvidia-kernel-module",
        "modprobe: FATAL: Module nvidia not found in directory /lib/modules/6.5.0",
        ("undetermined", "WL402"),
        "the module was not found",
    ),
    (
        "illegal-instruction",
        "Illegal instruction (core dumped)",
        ("fails", "WL401"),
        "CUDA error: an illegal instruction was encountered",
    ),
    (
        "cuda-program-failed",
        "CUDA error: an illegal instruction was encountered",
        ("undetermined", "WL903"),
        "an illegal act was encountered",
    ),
    (
        "out-of-gpu-memory",
        "ggml: cudaMalloc failed: out of memory",
        ("undetermined", "WL903"),
        "malloc failed: out of memory",
    ),
    (
        "cuda-environment",
        "CUDA unknown error - this may be due to an incorrectly set up environment",
        ("undetermined", "WL406"),
        "the environment was set up",
    ),
    (
        "cuda-not-initialised",
        "CUDA error: driver shutting down",
        ("undetermined", "WL402"),
        "the driver is shutting the door",
    ),
    (
        "nvml-mismatch",
        "NVRM: API mismatch: the client has the version 535.1, but this kernel module has 535.2",
        ("undetermined", "WL403"),
        "the API does not match",
    ),
]


@pytest.mark.parametrize(("row", "text", "answer", "other"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_speaks_where_it_should_and_nowhere_else(row, text, answer, other):
    assert row in said(text)
    assert verdict(text) == answer
    assert row not in said(other)
