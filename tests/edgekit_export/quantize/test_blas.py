import numpy as np
import pytest
from edgekit_export.quantize.blas import _libraries, _threads_of, one_blas_thread

found = [functions for library in _libraries() if (functions := _threads_of(library)) is not None]


@pytest.mark.skipif(not found, reason="this numpy brings no OpenBLAS")
def test_openblas_works_on_one_thread_within_the_block_and_as_before_after_it():
    ((get, put),) = found
    before = get()
    try:
        put(2)
        with one_blas_thread():
            assert get() == 1
        assert get() == 2
        with pytest.raises(KeyError), one_blas_thread():
            raise KeyError
        assert get() == 2
    finally:
        put(before)


def test_products_are_the_same():
    one = np.random.default_rng(0).standard_normal((50, 50))
    with one_blas_thread():
        product = one @ one
    np.testing.assert_allclose(product, np.einsum("ij,jk->ik", one, one))
